import type { CliSettings } from './settings.ts';

/** Where text goes: a terminal, a pipe, a file. */
export interface Screen {
  write(text: string): unknown;
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  /** Columns; undefined where nobody looks. */
  readonly width: number | undefined;
}

/** Everything of the outside that a command may touch, so that a test can stand in for it. */
export interface Io {
  stdout: Screen;
  stderr: Screen;
  /** All of standard input. */
  readStdin(): Promise<string>;
  /** @throws ConfigError */
  environment(): Promise<CliSettings>;
  /** The working directory: files and `.devmesh` are looked for here. */
  folder: string;
  /** The person's home directory. */
  home: string;
  clock(): Date;
  /** Aborts on Ctrl-C. Asking for it takes the signal over, so `start` and `mcp` do not ask. */
  interruption(): AbortSignal;
}
