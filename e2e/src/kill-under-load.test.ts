import { describe, expect, test } from '@jest/globals';
import type { Json, Rest } from './clients/rest.ts';
import { useWorld, type World } from './journeys/world.ts';
import { FORMS, type AppName } from './platform/platform.ts';
import { until } from './platform/until.ts';

const CLIENTS = 8;
/** Read lines that the documentation lets one process lose. */
const STATED_LOSS = 200;

/** kill -9 in the middle of writes: accepted is kept, nothing is there twice. */
describe.each(FORMS)('kill -9 under load: %s', (form) => {
  const world = useWorld(form);

  test.each(form === 'one-process' ? (['rest-api'] as const) : (['rest-api', 'worker', 'adapter-prometheus'] as const))(
    'of %s: every accepted message is there once, and no more read lines are lost than stated',
    async (victim) => {
      const api = world.api;
      const contexts = await Promise.all(
        Array.from({ length: CLIENTS }, async () => String((await api.post('/api/v1/contexts', {})).body.id)),
      );
      const load = startLoad(api, contexts);
      await until(() => load.accepted() > 150 && load.answered() > 150, { what: 'the load runs', forMs: 40_000 });
      await world.platform.kill(victim);
      await load.end();
      await world.platform.restart(victim);

      await until(async () => (await api.get('/api/v1/contexts')).status === 200, {
        what: 'the platform answers again',
      });
      const verdict = await compare(api, load.messages());
      const lost = await lostReadLines(world, load.calls());
      console.log(
        `${form}, ${victim} killed: accepted ${String(load.accepted())}, lost ${String(verdict.lost.length)}, doubled ${String(verdict.doubled.length)}; reads answered ${String(load.answered())}, audit lines lost ${String(lost)} (at most ${String(STATED_LOSS)} stated)`,
      );
      expect(verdict).toEqual({ lost: [], doubled: [] });
      expect(lost).toBeLessThanOrEqual(victimWritesReads(form, victim) ? STATED_LOSS : 0);
      expect((await api.get('/api/v1/audit/verify')).body.ok).toBe(true);
    },
    120_000,
  );
});

// Reads are recorded by the process that answered them.
function victimWritesReads(form: string, victim: AppName): boolean {
  return form === 'one-process' || victim === 'rest-api';
}

/** Half of the clients append, half call; each stops at its first refusal by the dead, and goes on after one by the living. */
function startLoad(api: Rest, contexts: readonly string[]) {
  const accepted = new Map<string, string[]>(contexts.map((id) => [id, []]));
  const answered: string[] = [];
  let going = true;

  const appending = contexts.map(async (id) => {
    for (let n = 0; going; n++) {
      const content = `message ${String(n)}`;
      const answer = await api
        .post(`/api/v1/contexts/${id}/messages`, { role: 'user', content })
        .catch(() => undefined);
      if (answer?.status === 201) accepted.get(id)?.push(content);
    }
  });
  const calling = contexts.map(async (id) => {
    while (going) {
      const answer = await api.call('contexts_get', { id, max_tokens: 1 }).catch(() => undefined);
      if (answer?.body?.success === true) answered.push(String(answer.body.call_id));
    }
  });
  const sum = () => [...accepted.values()].reduce((total, { length }) => total + length, 0);

  return {
    accepted: sum,
    answered: () => answered.length,
    messages: (): ReadonlyMap<string, readonly string[]> => accepted,
    calls: (): readonly string[] => answered,
    async end() {
      going = false;
      await Promise.all([...appending, ...calling]);
    },
  };
}

async function compare(api: Rest, accepted: ReadonlyMap<string, readonly string[]>) {
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const [id, contents] of accepted) {
    const kept = await messagesOf(api, id);
    lost.push(...contents.filter((content) => !kept.includes(content)).map((content) => `${id}: ${content}`));
    doubled.push(...kept.filter((content, at) => kept.indexOf(content) !== at).map((content) => `${id}: ${content}`));
  }
  return { lost, doubled };
}

async function messagesOf(api: Rest, id: string): Promise<string[]> {
  const contents: string[] = [];
  let cursor = '';
  for (;;) {
    const { body } = await api.get(`/api/v1/contexts/${id}/messages?limit=1000${cursor}`);
    contents.push(...(body.data as Json[]).map(({ content }) => String(content)));
    if (body.next_cursor === null) return contents;
    cursor = `&cursor=${encodeURIComponent(String(body.next_cursor))}`;
  }
}

async function lostReadLines({ api }: World, calls: readonly string[]): Promise<number> {
  const wanted = new Set(calls);
  const missing = async () => {
    const { text } = await api.get('/api/v1/audit/export');
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Json);
    const there = new Set(
      lines.filter(({ action }) => action === 'call.finished').map((line) => String(line.call_id ?? line.callId)),
    );
    return [...wanted].filter((id) => !there.has(id)).length;
  };
  // What was not lost is written within a moment: it is there when the number no longer falls.
  let before = Infinity;
  return until(
    async () => {
      const now = await missing();
      const settled = now === before || now === 0;
      before = now;
      return settled && { now };
    },
    { what: 'the read lines are written', everyMs: 500 },
  ).then(({ now }) => now);
}
