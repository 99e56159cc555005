import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemory, type Memory } from '@devmesh/memory';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { migrate, openEmbedded, sql, type Db } from '@devmesh/store';
import type { Row, Say } from './compare.ts';
import { median } from './load.ts';
import { benchWords } from './words.ts';

const PIECES = 20_000;
const MESSAGES_PER_CONTEXT = 125;
const ROUNDS = 60;
const VIEWER = { organizationId: 'org_bench' };

/** Append against one insert; keyword search at 20,000 pieces against the bare statements that it sends. Embedded form. */
export async function benchMemory(say: Say): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'devmesh-bench-'));
  const parts = { logger: silentLogger(), metrics: createMetrics({ service: 'bench' }) };
  const store = await openEmbedded({ folder, ...parts });
  try {
    await migrate(store.db);
    const { recording, db } = recorded(store.db);
    const memory = createMemory({ db, clock: systemClock, queue: { add: () => Promise.resolve() }, ...parts });
    const pieces = await fill(memory, store.db);
    say(await searchRow(memory, store.db, recording, pieces));
    say(await appendRow(memory, store.db));
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(memory: Memory, db: Db): Promise<number> {
  const words = benchWords();
  let pieces = 0;
  for (let n = 0; pieces < PIECES; n++) {
    const content = Array.from({ length: MESSAGES_PER_CONTEXT }, (_, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: words.sentence(30),
    }));
    await memory.create(VIEWER, { id: `c${String(n)}`, content });
    pieces += (await memory.indexContext({ organizationId: VIEWER.organizationId, contextId: `c${String(n)}` }))
      .written;
  }
  await memory.sweep();
  await sql`vacuum analyze`.execute(db);
  return pieces;
}

type Statement = Parameters<Db['executeQuery']>[0];

// What a search sends is taken down once and then sent again by itself: that is the baseline.
function recorded(plain: Db): { db: Db; recording: Statement[] } {
  const recording: Statement[] = [];
  const db = plain.withPlugin({
    transformQuery({ node, queryId }) {
      recording.push(plain.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  return { db, recording };
}

async function searchRow(memory: Memory, db: Db, recording: Statement[], pieces: number): Promise<Row> {
  const query = benchWords().question();
  const search = () => memory.search(VIEWER, { query, limit: 10 });
  await search();
  recording.length = 0;
  await search();
  const statements = [...recording];
  const bare = async () => {
    for (const statement of statements) await db.executeQuery(statement);
  };
  const { ours, base } = await timed(search, bare);
  return {
    what: `keyword search, ${String(pieces)} pieces`,
    ratio: ours / base,
    detail: `${ours.toFixed(2)} ms against ${base.toFixed(2)} ms for its ${String(statements.length)} statements alone`,
  };
}

async function appendRow(memory: Memory, db: Db): Promise<Row> {
  await sql`create table bench_insert (organization_id text, context_id text, content text, at timestamptz default now())`.execute(
    db,
  );
  const insert = () =>
    sql`insert into bench_insert (organization_id, context_id, content) values ('org_bench', 'c0', 'One more message, of a usual length, about a rollout.')`.execute(
      db,
    );
  const append = () => memory.append(VIEWER, 'c0', 'One more message, of a usual length, about a rollout.');
  const { ours, base } = await timed(append, insert);
  return {
    what: 'context append against one insert',
    ratio: ours / base,
    detail: `${ours.toFixed(2)} ms against ${base.toFixed(2)} ms`,
  };
}

async function timed(
  ours: () => Promise<unknown>,
  base: () => Promise<unknown>,
): Promise<{ ours: number; base: number }> {
  const times = { ours: [] as number[], base: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.base.push(await time(base));
    times.ours.push(await time(ours));
  }
  // The first few are the warm-up.
  return { ours: median(times.ours.slice(10)), base: median(times.base.slice(10)) };
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}
