import { AppError, errorBody, newId, subjects, ToolCallMessage, type Announcement, type ToolPrepareReply, type ToolRunReply } from '@devmesh/contracts';
import type { Bus, ServeContext, Stop } from '@devmesh/bus';
import { withLogContext, type Clock, type Logger } from '@devmesh/runtime';
import { z } from 'zod';
import { keepAnnouncing } from './announce.ts';
import type { Adapter, OpenConnection } from './define-adapter.ts';
import { describeTool } from './describe-tool.ts';
import { createConnectionOpener } from './open-connections.ts';
import { prepareTool, runTool } from './run-tool.ts';
import type { ToolContext } from './tool-context.ts';

export interface SystemKey {
  publicJwk: Record<string, unknown>;
  privateJwk: Record<string, unknown>;
}

export interface ServeOptions {
  bus: Bus;
  systemKey: SystemKey;
  /** The adapter's own configuration, parsed by its `config` schema. */
  config: Record<string, unknown>;
  /** Slug of the organisation that owns the environment's connections. */
  organizationSlug: string;
  appVersion: string;
  logger: Logger;
  clock: Clock;
  /** Calls in flight at once; the rest waits its turn. */
  concurrency?: number;
}

/** Serves an adapter's tools on the bus until stopped. */
export async function serveAdapter<Clients extends object>(adapter: Adapter<Clients>, options: ServeOptions): Promise<Stop> {
  const environment = adapter.environmentConnections(options.config);
  const open = createConnectionOpener({ adapter, environment, organizationSlug: options.organizationSlug, privateJwk: options.systemKey.privateJwk });
  const handle = (payload: unknown, serving: ServeContext) => handleCall(adapter, open, options, payload, serving);
  const stopServing = await options.bus.serve(subjects.callsOf(adapter.name), handle, {
    queue: `adapter.${adapter.name}`,
    concurrency: options.concurrency ?? 50,
  });
  const stopAnnouncing = await keepAnnouncing(options.bus, announcementOf(adapter, environment, options));
  return async () => {
    await stopAnnouncing();
    await stopServing();
  };
}

/** What the adapter says of itself; no secret in it. */
export function announcementOf<Clients extends object>(
  adapter: Adapter<Clients>,
  environment: readonly OpenConnection[],
  options: Pick<ServeOptions, 'systemKey' | 'organizationSlug' | 'appVersion'>,
): Announcement {
  return {
    system: adapter.name,
    title: adapter.title,
    appVersion: options.appVersion,
    instance: newId('inst'),
    publicJwk: options.systemKey.publicJwk,
    settingsSchema: z.toJSONSchema(adapter.settings, { io: 'input', unrepresentable: 'any' }),
    credentialSchema: z.toJSONSchema(adapter.credential, { io: 'input', unrepresentable: 'any' }),
    environmentConnections: environment.map(({ name, environment: stage, endpoint, settings }) => ({
      organization: options.organizationSlug,
      name,
      environment: stage,
      ...(endpoint !== undefined && { endpoint: withoutCredentials(endpoint) }),
      settings,
    })),
    tools: adapter.tools.map((tool) => describeTool(tool, adapter.name, true)),
  };
}

async function handleCall<Clients extends object>(
  adapter: Adapter<Clients>,
  open: (message: ToolCallMessage) => Promise<Clients>,
  { logger, clock }: ServeOptions,
  payload: unknown,
  serving: ServeContext,
): Promise<ToolRunReply | ToolPrepareReply> {
  const parsed = ToolCallMessage.safeParse(payload);
  if (!parsed.success) return refusal(new AppError('invalid_input', 'This is not a call that this adapter understands.'));
  const message = parsed.data;
  const tool = adapter.tools.find((candidate) => candidate.name === message.tool);
  if (!tool) return refusal(new AppError('not_found', `This version of ${adapter.name} has no tool ${message.tool}.`));
  return withLogContext({ call_id: message.callId }, async () => {
    const clients = await open(message).catch((thrown: unknown) => (thrown instanceof AppError ? thrown : Promise.reject(thrown)));
    if (clients instanceof AppError) return refusal(clients);
    const context = { ...clients, ...contextOf(message, serving, clock) };
    const execution = { tool, input: message.input, context, logger, toAppError: (thrown: unknown) => adapter.toAppError(thrown) };
    return message.operation === 'prepare' ? prepareTool(execution) : runTool(execution, message.prepared);
  });
}

function contextOf(message: ToolCallMessage, serving: ServeContext, clock: Clock): ToolContext {
  return {
    call: { id: message.callId, principal: message.principal },
    signal: AbortSignal.any([serving.signal, AbortSignal.timeout(Math.max(1, message.remainingMs))]),
    now: clock,
    connection: message.connection?.name,
    progress: (progress, total, text) =>
      serving.progress({ progress, ...(total !== undefined && { total }), ...(text !== undefined && { message: text }) }),
  };
}

function refusal(error: AppError): { ok: false; error: ReturnType<typeof errorBody> } {
  return { ok: false, error: errorBody(error) };
}

function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  url.username = '';
  url.password = '';
  return url.href;
}
