import type { Suite } from './apt.ts';

/** Where one server lives. `dir` is its own folder, `programs` the root of its suite's unpacked packages. */
export type Place = { readonly dir: string; readonly port: number; readonly programs: string };

export type ServerOptions = {
  /**
   * Text for the server's own configuration: lines appended to postgresql.conf, valkey.conf or nats.conf; for
   * Prometheus one more rule file; for Alertmanager its whole alertmanager.yml.
   */
  readonly config?: string;
  /** Prometheus only: where alerts go. */
  readonly alertmanagerUrl?: string;
};

/** All there is to know for starting a server; two equal plans make two equal servers. */
export type ServerPlan = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Written below `dir` before every start. */
  readonly files: Readonly<Record<string, string>>;
  /** Run once, to make the data folder `creates`; the argument `{}` stands for its name. */
  readonly init?: { readonly program: string; readonly args: readonly string[]; readonly creates: string };
  readonly url: string;
};

export type ServerKind = {
  readonly suite: Suite;
  /** The polite signal to end with, in-flight clients notwithstanding. */
  readonly endSignal: NodeJS.Signals;
  plan(place: Place, options: ServerOptions): ServerPlan;
  /** Asks the server at `url` for its version, over a connection of its own. Rejects unless it is ready to serve. */
  version(url: string): Promise<string>;
};
