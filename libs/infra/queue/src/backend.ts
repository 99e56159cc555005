import type { DependencyState } from '@devmesh/runtime';
import type { JobName } from '@devmesh/contracts';
import type { Envelope } from './envelope.ts';

/** What this library uses of BullMQ's `Job`. */
export interface BullJob {
  id?: string | undefined;
  data: unknown;
  attemptsMade: number;
  opts: { attempts?: number };
}

/** What this library uses of BullMQ's `Queue`. */
export interface BullQueue {
  add(name: string, data: Envelope, options: object): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: object): Promise<unknown>;
  getJobScheduler(id: string): Promise<{ every?: number; next?: number } | undefined>;
  getJobCounts(...states: ('waiting' | 'active' | 'delayed' | 'failed')[]): Promise<Record<string, number>>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** What this library uses of BullMQ's `Worker`. */
export interface BullWorker {
  run(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: BullJob | undefined, error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

export interface WorkerSettings {
  concurrency: number;
  lockDuration: number;
  stalledInterval: number;
  maxStalledCount: number;
  drainDelay: number;
  runRetryDelay: number;
  autorun: false;
}

/** How long a dead worker's job waits for another one. */
export interface StallSettings {
  /** A running job says every half of this that it lives. */
  lockDurationMs: number;
  stalledIntervalMs: number;
}

export interface WorkerPlace {
  openWorker(name: JobName, run: (job: BullJob) => Promise<void>, settings: WorkerSettings): BullWorker;
  /** Gives up what still waits for the backend. */
  close(): Promise<void>;
}

/** A database that BullMQ can use: what differs between Redis and Postgres. */
export interface Backend {
  /** Resolves when the backend answers and has its tables; rejects soon when it does not. */
  ready(): Promise<void>;
  openQueue(name: JobName): BullQueue;
  /** Connections for workers, which may wait as long as it takes, unlike producers. */
  openWorkers(): WorkerPlace;
  stall: StallSettings;
  /** Lets one process at a time do `work`, where BullMQ itself would let two do it at once. */
  exclusively(work: () => Promise<void>): Promise<void>;
  state(): DependencyState;
  close(): Promise<void>;
}
