import { createPostgresBackend, Queue as BullMqQueue, runMigrations, Worker as BullMqWorker } from 'bullmq';
import type { Job } from 'bullmq';
import type { DependencyState } from '@devmesh/runtime';
import type { Backend, StallSettings, WorkerPlace } from './backend.ts';
import { createQueue } from './create-queue.ts';
import type { QueueOptions } from './create-queue.ts';
import { createPatientPool } from './patient-pool.ts';
import type { QueuePool } from './queue-pool.ts';
import type { Queue } from './queue.ts';

export interface PostgresQueueOptions extends QueueOptions {
  /** The store's `queuePool`. Each worker of a job keeps one connection to listen. */
  pool: QueuePool;
  stall?: StallSettings;
}

type Connection = Parameters<typeof createPostgresBackend>[1]['connection'];

const SCHEMA = 'bullmq';
const EVENTS = { events: { maxLen: 1_000 } };

/** BullMQ on Postgres, real or embedded, in the schema `bullmq`, which it makes and migrates itself on first use. */
export function createPostgresQueue(options: PostgresQueueOptions): Queue {
  const { pool, stall = { lockDurationMs: 5_000, stalledIntervalMs: 2_000 } } = options;
  let migrated: Promise<void> | undefined;
  let state: DependencyState = { state: 'unknown', reason: 'not used yet' };

  async function migrate(): Promise<void> {
    try {
      const client = await pool.connect();
      try {
        // One session: the lock and the transaction belong to it.
        await runMigrations(client as Parameters<typeof runMigrations>[0], SCHEMA);
      } finally {
        client.release();
      }
    } catch (error) {
      migrated = undefined;
      throw error;
    }
  }

  const backend: Backend = {
    stall,
    ready: () => (migrated ??= migrate()),
    openQueue: (name) =>
      new BullMqQueue(name, { connection: asConnection(watched), streams: EVENTS }, createPostgresBackend),
    openWorkers: () => openWorkers(watched),
    exclusively: (work) => withLock(pool, work),
    // Whether the database is there is the store's to tell; this tells what the queue itself last saw.
    state: () => state,
    close: () => Promise.resolve(),
  };
  const watched = watch(pool, (next) => {
    state = next;
  });
  return createQueue(backend, options);
}

/** `devq` as a number. */
const SCHEDULER_LOCK = 0x64657671;

/**
 * BullMQ plans a schedule there by reading and then writing: of two that do it at once each adds a first run. The lock is the
 * session's, not a transaction's: on the embedded form's one connection a transaction would keep `work` out.
 */
async function withLock(pool: QueuePool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [SCHEDULER_LOCK]);
    await work();
    await client.query('select pg_advisory_unlock($1)', [SCHEDULER_LOCK]);
    client.release();
  } catch (error) {
    // With the connection ends the lock.
    client.release(true);
    throw error;
  }
}

function openWorkers(pool: QueuePool): WorkerPlace {
  const stopped = new AbortController();
  const connection = asConnection(createPatientPool(pool, stopped.signal));
  return {
    openWorker: (name, run, settings) =>
      new BullMqWorker(name, (job: Job) => run(job), { ...settings, connection }, createPostgresBackend),
    close() {
      stopped.abort();
      return Promise.resolve();
    },
  };
}

function watch(pool: QueuePool, tell: (state: DependencyState) => void): QueuePool {
  let isUp: boolean | undefined;
  function note(up: boolean, reason = ''): void {
    if (up === isUp) return;
    isUp = up;
    const since = new Date().toISOString();
    tell(up ? { state: 'up', since } : { state: 'down', reason, since });
  }
  async function noted<T>(run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      note(true);
      return result;
    } catch (error) {
      note(false, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
  return {
    query: (text, values) => noted(() => pool.query(text, values)),
    connect: () => noted(() => pool.connect()),
    // It belongs to the store.
    end: () => Promise.resolve(),
    on: (event, listener) => pool.on(event, listener),
    removeAllListeners: () => undefined,
    options: pool.options,
  };
}

/** BullMQ knows a pool by its methods. */
function asConnection(pool: QueuePool): Connection {
  return pool as unknown as Connection;
}
