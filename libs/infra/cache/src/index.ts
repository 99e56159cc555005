export type { BucketSize, Cache, LeaseRequest, Taken } from './cache.ts';
export { createMemoryCache } from './memory-cache.ts';
export { connectRedisCache } from './redis-cache.ts';
export type { RedisCacheOptions } from './redis-cache.ts';
