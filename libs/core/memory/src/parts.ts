import type { Clock, Logger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import type { Chunker } from './chunker.ts';

export type ContextChange = 'created' | 'updated' | 'deleted' | 'indexed';

/** What the functions of this library share; made once by `createMemory`. */
export interface Parts {
  db: Db;
  clock: Clock;
  logger: Logger;
  chunker(organizationId: string): Chunker;
  maxContextBytes: number;
  /** After the commit: wakes the indexer. Never throws, never waits. */
  wake(organizationId: string, contextId: string): void;
  /** After the commit: tells who listens. */
  changed(organizationId: string, contextId: string, change: ContextChange): void;
}
