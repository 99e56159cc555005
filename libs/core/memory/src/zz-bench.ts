import { createMetrics, silentLogger } from '@devmesh/runtime';
import { migrate, openEmbedded, openPostgres, sql } from '@devmesh/store';
import { createTestDatabase } from '@devmesh/store/testing';
import { memoryOver } from './test-memory.ts';
import { essentialTerms, planQuery } from './query-plan.ts';
import { statement } from './ranking.ts';
import { visible } from './viewer.ts';

const common = { logger: silentLogger(), metrics: createMetrics({ service: 'bench' }) };
const which = process.argv[2] ?? 'pglite';
const target = Number(process.argv[3] ?? 20000);
let seed = 7;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const word = () => {
  const r = Math.floor(Math.exp(random() * Math.log(20000)));
  return `w${r.toString(36)}x`;
};
const store =
  which === 'pglite'
    ? await openEmbedded({ folder: 'memory', ...common })
    : await openPostgres({ url: (await createTestDatabase(process.env[which]!)).url, poolSize: 8, ...common });
await migrate(store.db);
const at = memoryOver(store.db);
const viewer = { organizationId: 'org_bench' };
const t0 = performance.now();
const contexts = Math.ceil(target / 87);
for (let c = 0; c < contexts; c++) {
  const content = Array.from({ length: 125 }, (_, i) => ({
    role: i % 2 ? 'assistant' : 'user',
    content: `${Array.from({ length: 20 + Math.floor(random() * 20) }, word).join(' ')} ${i % 3 ? '' : 'pod-'}${Math.floor(random() * 1e6).toString(36)}-x${i % 7}`,
  }));
  await at.memory.create(viewer, {
    id: `c${c}`,
    user_id: `u${c % 10}`,
    content,
    metadata: { type: 'ai_conversation', n: c },
  });
  await at.work();
}
const {
  rows: [n],
} = await sql<{ n: number }>`select count(*)::int n from memory_pieces`.execute(store.db);
console.log('pieces', n, 'indexed in s', (performance.now() - t0) / 1000, 'rss MB', process.memoryUsage().rss / 1e6);
await sql`VACUUM ANALYZE`.execute(store.db);
const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;
async function time(f: () => Promise<unknown>, n = 40) {
  for (let i = 0; i < 8; i++) await f();
  const out = [];
  for (let i = 0; i < n; i++) {
    const s = performance.now();
    await f();
    out.push(performance.now() - s);
  }
  return median(out);
}
for (const [name, query, filters] of [
  ['rare', 'why did w3kzx fail after wbx4x wc8ux in pod-9xk2-x3', {}],
  ['common', 'w1x w2x w3x w4x w5x w6x', {}],
  ['mixed', 'what is w9x wqx w2sx w7px wd2x wzzx doing', {}],
  ['mixed+filters', 'what is w9x wqx w2sx w7px wd2x wzzx doing', { user_id: 'u3', type: 'ai_conversation' }],
] as const) {
  const request = { query, limit: 10, filters: { ...filters } };
  const whole = await time(() => at.memory.search(viewer, request));
  const plan = await planQuery(store.db, viewer.organizationId, query);
  const compiled = statement({
    organizationId: viewer.organizationId,
    terms: plan.terms,
    essential: essentialTerms(plan.terms).essential,
    leastScore: 0,
    conditions: [visible(viewer, at.now)],
    limit: 30,
  }).compile(store.db);
  const bare = await time(() => store.db.executeQuery(compiled));
  const planning = await time(() => planQuery(store.db, viewer.organizationId, query));
  const answer = await at.memory.search(viewer, { query, limit: 10, similarity_threshold: 1 });
  console.log(
    name.padEnd(14),
    'search',
    whole.toFixed(2),
    'bare rank',
    bare.toFixed(2),
    'plan',
    planning.toFixed(2),
    'ratio',
    (whole / bare).toFixed(2),
    'terms',
    plan.terms.length,
    'matched',
    answer.below_threshold + answer.results.length,
  );
  if (name === 'common' || name === 'mixed') {
    const explained = await store.db.executeQuery({
      ...compiled,
      sql: `EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) ${compiled.sql}`,
    } as never);
    console.log(
      (explained.rows as Record<string, string>[])
        .map((row) => row['QUERY PLAN'])
        .join('\n')
        .slice(0, 3500),
    );
  }
}
const one = await time(() => at.memory.append(viewer, 'c0', 'one more message about w3kzx'), 200);
const insert = await time(
  () =>
    sql`insert into memory_messages values ('bench' , 'x', 1, 'append', 'x', 'x', now()) on conflict do nothing`
      .execute(store.db)
      .catch(() => 0),
  50,
);
console.log('append', one.toFixed(2), 'bare (failing fk) insert', insert.toFixed(2));
await at.work();
await at.memory.append(viewer, 'c0', 'again');
const s = performance.now();
await at.work();
console.log('index after append ms', performance.now() - s);
await store.close();
