import { once } from 'node:events';
import { Queue as BullMqQueue, Worker as BullMqWorker } from 'bullmq';
import type { Job } from 'bullmq';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { AppError } from '@devmesh/contracts';
import type { DependencyState, Logger } from '@devmesh/runtime';
import type { Backend, StallSettings, WorkerPlace } from './backend.ts';
import { createQueue } from './create-queue.ts';
import type { QueueOptions } from './create-queue.ts';
import type { Queue } from './queue.ts';

export interface RedisQueueOptions extends QueueOptions {
  url: string;
  /** Before every key. Default `devmesh`. */
  prefix?: string;
  stall?: StallSettings;
}

const READY_TIMEOUT_MS = 2_000;
const EVENTS = { events: { maxLen: 1_000 } };

/** BullMQ on Redis or Valkey. Connects in the background; a server that is away is a state, not an error. */
export function createRedisQueue(options: RedisQueueOptions): Queue {
  const { url, prefix = 'devmesh', stall = { lockDurationMs: 30_000, stalledIntervalMs: 15_000 } } = options;
  checkUrl(url);
  const producer = new Redis(url, {
    ...common('devmesh-queue'),
    // Who adds a job wants to know now, not when the server is back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  const { state, ending } = watch(producer, options.logger);

  const backend: Backend = {
    stall,
    state,
    async ready() {
      if (producer.status === 'ready') return;
      await once(producer, 'ready', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    },
    openQueue: (name) => new BullMqQueue(name, { connection: producer, prefix, streams: EVENTS }),
    openWorkers: () => openWorkers(url, prefix),
    // Planning a schedule is one script there: nobody can come in between.
    exclusively: (work) => work(),
    close() {
      ending();
      producer.disconnect();
      return Promise.resolve();
    },
  };
  return createQueue(backend, options);
}

function openWorkers(url: string, prefix: string): WorkerPlace {
  // Workers have nobody who waits for them: their commands wait for the server.
  const connection = new Redis(url, { ...common('devmesh-worker'), maxRetriesPerRequest: null });
  connection.on('error', () => {});
  return {
    openWorker: (name, run, settings) =>
      new BullMqWorker(name, (job: Job) => run(job), { ...settings, connection, prefix }),
    close() {
      connection.disconnect();
      return Promise.resolve();
    },
  };
}

function common(connectionName: string) {
  return {
    connectionName,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    retryStrategy: (attempt: number) => Math.min(50 * attempt, 1_000),
    // After a failover the old primary only reads: come back to whoever the address names now.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

/** Logs each change once, however many attempts fail in between. */
function watch(redis: Redis, logger: Logger): { state(): DependencyState; ending(): void } {
  let state: DependencyState = { state: 'unknown', reason: 'not connected yet', since: new Date().toISOString() };
  let quiet = false;
  const down = (reason: string) => {
    if (state.state === 'down' || quiet) return;
    state = { state: 'down', reason, since: new Date().toISOString() };
    logger.warn('the queue’s redis is down', { reason });
  };
  redis.on('error', (error: NodeJS.ErrnoException) => {
    down(error.message || (error.code ?? 'connection failed'));
  });
  redis.on('close', () => {
    down('connection closed');
  });
  redis.on('ready', () => {
    if (state.state === 'down') logger.info('the queue’s redis is back');
    state = { state: 'up', since: new Date().toISOString() };
  });
  return {
    state: () => state,
    ending: () => {
      quiet = true;
    },
  };
}

function checkUrl(url: string): void {
  const scheme = URL.canParse(url) ? new URL(url).protocol : '';
  if (scheme === 'redis:' || scheme === 'rediss:') return;
  throw new AppError('invalid_input', 'The address of Redis is not a URL.', {
    suggestion: 'REDIS_URL=redis://localhost:6379',
  });
}
