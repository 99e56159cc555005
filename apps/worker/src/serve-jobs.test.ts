import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Road } from '@devmesh/assembly';
import { appendAudit } from '@devmesh/audit';
import { jobs, type JobName } from '@devmesh/contracts';
import type { JobContext, JobHandlers } from '@devmesh/queue';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { jobHandlers, serveJobs } from './serve-jobs.ts';

let store: Store;
let done: string[];
let road: Road;
const context: JobContext = { signal: new AbortController().signal, attempt: 1, trace: {} };

beforeAll(async () => void (store = await openTestStore()));
afterAll(() => store.close());

beforeEach(() => {
  done = [];
  const note =
    (name: string) =>
    async (...given: unknown[]) =>
      void done.push([name, ...given.filter((one) => typeof one === 'string')].join(' '));
  road = {
    db: store.db,
    gateway: { executeApproved: note('execute') },
    memory: { indexContext: note('index'), sweep: note('memory') },
    approvals: { expire: note('expire'), reconcile: note('reconcile') },
    callSweep: { settleLost: note('lost'), forgetKeys: note('keys') },
    posts: { sweep: note('posts') },
    evidence: { sweep: note('evidence') },
  } as unknown as Road;
});

test('every job of the catalog is worked off, and nothing else', async () => {
  let working: JobHandlers = {};
  const work = async (handlers: JobHandlers) => {
    working = handlers;
    return async () => {};
  };
  await serveJobs({ ...road, queue: { work } } as unknown as Road);
  expect(Object.keys(working).sort()).toEqual(Object.keys(jobs).sort());
});

test.each<[JobName, object, string[]]>([
  ['call.execute', { organizationId: 'org', callId: 'call' }, ['execute org call']],
  ['context.index', { organizationId: 'org', contextId: 'ctx' }, ['index']],
  ['approval.sweep', {}, ['expire', 'reconcile']],
  ['call.sweep', {}, ['lost', 'keys', 'posts']],
  ['context.sweep', {}, ['memory']],
  ['evidence.sweep', {}, ['evidence']],
])('%s does its work', async (name, payload, expected) => {
  const handler = jobHandlers(road)[name] as (payload: object, context: JobContext) => Promise<void>;
  await handler(payload, context);
  expect(done).toEqual(expected);
});

test('audit.seal chains what is not sealed yet', async () => {
  const actor = { id: 'key:1', label: 'ci', kind: 'key' as const };
  await appendAudit(store.db, { organizationId: 'org', actor, action: 'call.finished', outcome: 'ok' });
  await jobHandlers(road)['audit.seal']({}, context);
  const lines = await store.db.selectFrom('audit_events').select('seq').where('organization_id', '=', 'org').execute();
  expect(lines).toEqual([{ seq: 1 }]);
});
