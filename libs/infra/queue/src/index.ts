export type { StallSettings } from './backend.ts';
export { createPostgresQueue } from './postgres-queue.ts';
export type { PostgresQueueOptions } from './postgres-queue.ts';
export type { QueuePool, QueuePoolClient } from './queue-pool.ts';
export type { AddOptions, JobContext, JobDepth, JobHandler, JobHandlers, Queue, Stop } from './queue.ts';
export { createRedisQueue } from './redis-queue.ts';
export type { RedisQueueOptions } from './redis-queue.ts';
