import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { chunk, CHUNKERS } from './chunker.ts';
import { createMemory } from './memory.ts';
import type { Memory, MemoryParts } from './memory.ts';
import { roleOf, textOf } from './message.ts';
import { termsOf } from './terms.ts';
import type { Viewer } from './viewer.ts';

export interface TestMemory {
  memory: Memory;
  /** Jobs added so far; `work` runs those that wait. */
  jobs: { organizationId: string; contextId: string }[];
  work(): Promise<{ written: number; removed: number }>;
  changes: string[];
  /** Set to move the clock. */
  now: Date;
  text(): Promise<string>;
}

/** A memory with a clock that stands still and a queue that runs when told. For tests only. */
export function memoryOver(db: Db, options: Partial<MemoryParts> = {}): TestMemory {
  const metrics = createMetrics({ service: 'test' });
  const jobs: TestMemory['jobs'] = [];
  const queue = {
    add: (_name: string, payload: { organizationId: string; contextId: string }) =>
      Promise.resolve(void jobs.push(payload)),
  };
  const test: TestMemory = {
    now: new Date('2026-11-20T10:00:00Z'),
    jobs,
    changes: [],
    memory: createMemory({
      db,
      queue,
      clock: () => test.now,
      logger: silentLogger(),
      metrics,
      onChange: (_organizationId, contextId, change) => test.changes.push(`${contextId} ${change}`),
      ...options,
    }),
    text: () => metrics.text(),
    async work() {
      const total = { written: 0, removed: 0 };
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        const { written, removed } = await test.memory.indexContext(job);
        total.written += written;
        total.removed += removed;
      }
      return total;
    },
  };
  return test;
}

let made = 0;

/** An organisation of one's own: tests of one file share a database. */
export function freshViewer(contextUserId?: string): Viewer {
  made += 1;
  return { organizationId: `org_test_${process.pid}_${made}`, ...(contextUserId !== undefined && { contextUserId }) };
}

interface IndexState {
  pieces: string[];
  terms: Record<string, number>;
}

/** What stands in the tables, and what should: pieces cut afresh from all messages, their terms counted afresh. */
export async function indexStates(
  db: Db,
  memory: Memory,
  viewer: Viewer,
  contextIds: string[],
): Promise<Record<'actual' | 'wanted', IndexState>> {
  const wanted: IndexState = { pieces: [], terms: {} };
  for (const id of contextIds) {
    const { data } = await memory.messages(viewer, id, { limit: 100_000 });
    const utterances = data.map((message) => ({
      sequence: message.sequence,
      role: roleOf(message),
      text: textOf({ content: message['content'] }),
    }));
    for (const { first, part, text } of chunk(utterances, CHUNKERS['500'])) {
      wanted.pieces.push(`${first}/${part} ${text}`);
      const said = text.replaceAll(/^(user|assistant): /gm, '');
      for (const term of ['', ...termsOf(said)]) wanted.terms[term] = (wanted.terms[term] ?? 0) + 1;
    }
  }
  wanted.pieces.sort();
  return { actual: await storedState(db, viewer), wanted };
}

async function storedState(db: Db, { organizationId }: Viewer): Promise<IndexState> {
  const pieces = await db
    .selectFrom('memory_pieces')
    .where('organization_id', '=', organizationId)
    .select(['first_message', 'part', 'text'])
    .execute();
  const terms = await db
    .selectFrom('memory_terms')
    .where('organization_id', '=', organizationId)
    .select(['term', 'pieces'])
    .execute();
  return {
    pieces: pieces.map(({ first_message, part, text }) => `${first_message}/${part} ${text}`).sort(),
    terms: Object.fromEntries(terms.map(({ term, pieces: count }) => [term, count])),
  };
}
