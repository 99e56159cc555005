// A process of its own that takes a job and never ends it: `node victim.fixtures.ts redis|postgres <url> <prefix>`.
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { openPostgres } from '@devmesh/store';
import { createPostgresQueue, createRedisQueue } from '../index.ts';
import type { Queue } from '../index.ts';
import { queueParts } from './world.ts';

const [kind, url = '', prefix = ''] = process.argv.slice(2);

async function open(): Promise<Queue> {
  if (kind === 'redis') return createRedisQueue({ url, prefix, ...queueParts() });
  const parts = { logger: silentLogger(), metrics: createMetrics({ service: 'victim' }) };
  const { queuePool } = await openPostgres({ url, poolSize: 1, ...parts });
  return createPostgresQueue({ pool: queuePool, ...queueParts() });
}

await (
  await open()
).work({
  'call.execute': async () => {
    process.stdout.write('took\n');
    await new Promise(() => {});
  },
});
process.stdout.write('ready\n');
