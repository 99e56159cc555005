import type { AppError } from '@devmesh/contracts';
import type { z } from 'zod';
import type { Tool } from './define-tool.ts';
import type { ToolContext } from './tool-context.ts';

/** A connection with its credential opened: it exists only inside the adapter's process. */
export interface OpenConnection<Settings = Record<string, unknown>, Credential = unknown> {
  name: string;
  environment: string;
  endpoint: string | undefined;
  settings: Settings;
  credential: Credential | undefined;
}

/** A system: how to reach it, how it fails, what it offers. */
export interface Adapter<
  Clients extends object = object,
  Settings extends z.ZodObject = z.ZodObject,
  Credential extends z.ZodType = z.ZodType,
  Config extends z.ZodObject = z.ZodObject,
> {
  /** The system's name: the first part of every tool's name. */
  name: string;
  title: string;
  settings: Settings;
  /** Lets `{}` pass where the system can do without a credential. */
  credential: Credential;
  /** Names in the adapter's own environment, such as `PROMETHEUS_URL`. No other system's adapter may use the same. */
  config: Config;
  /** Connections that the environment gives. */
  environmentConnections(config: z.output<Config>): OpenConnection<z.output<Settings>, z.output<Credential>>[];
  /** Makes the clients of one connection; no I/O. Kept as long as the connection stays as it is. */
  connect(connection: OpenConnection<z.output<Settings>, z.output<Credential>>): Clients;
  /** Turns the vendor's failures into ours; `undefined` for what it does not know. */
  toAppError(thrown: unknown): AppError | undefined;
  tools: readonly Tool<z.ZodObject, z.ZodObject, Clients & ToolContext>[];
  /** Calls in flight at once in one process, unless it is told otherwise; default 50. */
  concurrency?: number;
}

/** Names an adapter's types once; the object itself is the adapter. */
export function defineAdapter<
  Clients extends object,
  Settings extends z.ZodObject,
  Credential extends z.ZodType,
  Config extends z.ZodObject,
>(adapter: Adapter<Clients, Settings, Credential, Config>): Adapter<Clients, Settings, Credential, Config> {
  return adapter;
}
