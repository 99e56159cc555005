/** "It alone imports": third-party packages that only some folders may touch, so that they can be replaced there. */
export type Owned = { packages: string[]; folders: string[] };

export const owned: Owned[] = [
  { packages: ['winston', 'prom-client', '@opentelemetry/[^/]+'], folders: ['libs/base/runtime'] },
  { packages: ['@nats-io/[^/]+', 'nats'], folders: ['libs/infra/bus'] },
  { packages: ['bullmq'], folders: ['libs/infra/queue'] },
  { packages: ['kysely', 'pg', '@types/pg', 'pgvector', '@electric-sql/[^/]+'], folders: ['libs/infra/store'] },
  { packages: ['ioredis'], folders: ['libs/infra/cache', 'libs/infra/queue'] },
  { packages: ['jose'], folders: ['libs/core/vault'] },
  { packages: ['openai', '@anthropic-ai/[^/]+', '@aws-sdk/client-bedrock[^/]*'], folders: ['libs/core/models'] },
  { packages: ['express', '@types/express'], folders: ['libs/road/http', 'apps/[^/]+'] },
];
