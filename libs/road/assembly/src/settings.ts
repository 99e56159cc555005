import { envFlag, envInteger, envList } from '@devmesh/runtime';
import { z } from 'zod';

/** What the road may be told, in every form; keys are the environment's names. */
export const RoadSettings = z.object({
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:8081')
    .describe('Where people reach the pages; links in answers begin with it.'),
  OPEN_REGISTRATION: z
    .enum(['open', 'first-only', 'closed'])
    .default('open')
    .describe('Who may register an organisation.'),
  APPROVAL_TTL_MINUTES: envInteger(1, 7 * 24 * 60)
    .default(60)
    .describe('How long a call may wait for a person.'),
  PROTECTED_ENVIRONMENTS: envList()
    .default(['prod*'])
    .describe('Environments in which every write needs a person; globs, comma-separated.'),
  CONCURRENT_CALLS: envInteger(1, 1000).default(5).describe('Calls of one principal that may run at one time.'),
  RATE_LIMIT_CAPACITY: envInteger(1, 10_000_000).default(3000).describe('Requests that one key may make at once.'),
  RATE_LIMIT_PER_MINUTE: envInteger(1, 10_000_000)
    .default(1000)
    .describe('Requests per minute that are given back to a key.'),
  EVIDENCE_QUOTA_MIB: envInteger(1, 100_000).default(256).describe('Evidence that one organisation may keep, in MiB.'),
  ALLOW_PRIVATE_ENDPOINTS: envFlag().default(true).describe('Whether connections may lead to private addresses.'),
});
export type RoadSettings = z.infer<typeof RoadSettings>;

/** Where the backing servers are, in the production form. */
export const ServerSettings = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('Postgres 17 or 18 with pgvector.'),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).describe('Redis or Valkey.'),
  NATS_URL: z.url({ protocol: /^(nats|tls|wss?)$/ }).describe('NATS.'),
  DATABASE_POOL_SIZE: envInteger(1, 500).default(10).describe('Connections to Postgres.'),
  DEVMESH_MASTER_KEY: z
    .string()
    .describe('32 random bytes in base64: openssl rand -base64 32. The same for every process; keep it.'),
});
export type ServerSettings = z.infer<typeof ServerSettings>;
