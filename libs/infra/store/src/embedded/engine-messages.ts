/** What the worker thread opens. */
export interface EngineSettings {
  /** In memory without it. */
  dataDir?: string;
  /** A data directory (tar) to start from, in memory. */
  dumpFile?: string;
}

export type EngineRequest =
  /** Messages of Postgres' wire protocol; the answer is what the server sends back. */
  { id: number; kind: 'wire'; bytes: Uint8Array } | { id: number; kind: 'dump' } | { id: number; kind: 'close' };

/** Id 0 is said once, when the database is open. */
export type EngineReply = { id: number; bytes: Uint8Array } | { id: number; error: string };
