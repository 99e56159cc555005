import { createMetrics, silentLogger } from '@devmesh/runtime';
import { openEmbedded, migrate } from '@devmesh/store';
import { createPostgresQueue } from '@devmesh/queue';
const parts = { logger: silentLogger(), metrics: createMetrics({ service: 'x' }) };
const store = await openEmbedded({ folder: 'memory', ...parts }); await migrate(store.db);
const queue = createPostgresQueue({ pool: store.queuePool, ...parts });
let done: (() => void) | undefined;
const all = process.argv[2] === 'all';
const nothing = async () => {};
await queue.work({ 'context.index': async () => done?.(), ...(all && { 'call.execute': nothing, 'approval.sweep': nothing, 'call.sweep': nothing, 'context.sweep': nothing, 'evidence.sweep': nothing, 'audit.seal': nothing }) });
await new Promise((r) => setTimeout(r, 2000));
for (let i = 0; i < 6; i++) {
  const t = performance.now();
  const p = new Promise<void>((r) => (done = r));
  await queue.add('context.index', { organizationId: 'o', contextId: 'c' + i }, { dedupeKey: 'c' + i });
  const added = performance.now() - t;
  await p; console.log('added', added.toFixed(0), 'done', (performance.now() - t).toFixed(0));
  await new Promise((r) => setTimeout(r, 300));
}
process.exit(0);
