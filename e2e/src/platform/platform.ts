import type { Child, Exit } from './child.ts';
import { startOneProcess } from './one-process.ts';
import { startSeparate } from './separate.ts';
import type { BackingServers } from './servers.ts';

export const FORMS = ['one-process', 'separate'] as const;
export type Form = (typeof FORMS)[number];

/** In one process every name means that process. */
export type AppName = 'rest-api' | 'mcp-server' | 'worker' | 'adapter-prometheus';

export interface PlatformOptions {
  /** For every process, on top of what the form itself needs. */
  env?: Readonly<Record<string, string>>;
  /** Default: the real ones. */
  prometheusUrl?: string;
  alertmanagerUrl?: string;
}

export interface Platform {
  form: Form;
  /** Origin of REST, pages and docs, without a slash at the end. */
  restUrl: string;
  /** With `/mcp`. */
  mcpUrl: string;
  /** The first key: the owner's, toolset `all`. */
  apiKey: string;
  owner: { email: string; password: string };
  organization: { slug: string };
  env: Readonly<Record<string, string>>;
  /** Where each process shows its metrics, health and readiness. */
  internalUrls(): Readonly<Record<string, string>>;
  app(name: AppName): Child;
  /** Resolves when the process is gone. */
  kill(name: AppName, signal?: NodeJS.Signals): Promise<Exit>;
  /** Starts it again, ending it first where it runs. Resolves when it is ready. */
  restart(name: AppName): Promise<void>;
  /** Only in separate processes: to take away for a while. */
  servers: BackingServers | undefined;
  /** What all processes said, for a failure's message. */
  logs(): string;
  stop(): Promise<void>;
}

/** The whole platform, ready for calls: as the README says in one process, or every app as a process of its own. */
export function startPlatform(form: Form, options: PlatformOptions = {}): Promise<Platform> {
  return form === 'one-process' ? startOneProcess(options) : startSeparate(options);
}
