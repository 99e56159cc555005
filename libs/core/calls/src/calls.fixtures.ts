import { newId, type CallAnswer, type JobPayload, type OrganizationEvent, type Principal } from '@devmesh/contracts';
import type { Queue } from '@devmesh/queue';
import { createMetrics, silentLogger, type Logger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { createVault } from '@devmesh/vault';
import { createApprovals } from './approvals.ts';
import { createCallHistory } from './call-history.ts';
import { createCallLedger } from './call-ledger.ts';
import { createIdempotentPosts } from './idempotent-posts.ts';
import type { NewCall } from './new-call.ts';
import { createReadRecorder } from './read-recorder.ts';
import { createCallSweep } from './sweep-calls.ts';

export type Desk = ReturnType<typeof openDesk>;

let desks = 0;

/** Everything of this library on one database, for an organisation of its own. */
export function openDesk(db: Db, { pause }: { pause?: (milliseconds: number) => Promise<unknown> } = {}) {
  const organizationId = `org_${String(process.pid)}_${String(++desks)}`;
  const time = { now: new Date('2026-03-01T12:00:00Z') };
  const clock = () => time.now;
  const vault = createVault({ masterKey: new Uint8Array(32).fill(7), clock });
  const events: OrganizationEvent[] = [];
  const followers = new Set<(event: OrganizationEvent) => void>();
  const publish = (_organization: string, event: OrganizationEvent) => {
    events.push(event);
    for (const follower of followers) follower(event);
  };
  const queued: JobPayload<'call.execute'>[] = [];
  const queue = { away: false };
  const add: Queue['add'] = async (_name, payload) => {
    if (queue.away) throw new Error('the queue is away');
    queued.push(payload as JobPayload<'call.execute'>);
  };
  const errors: string[] = [];
  const logger: Logger = { ...silentLogger(), error: (message) => void errors.push(message) };
  const ledger = createCallLedger({ db, vault, clock, publish });
  const metrics = createMetrics({ service: 'test' });
  const principal = (over: Partial<Principal> = {}): Principal => ({
    organizationId,
    organizationSlug: 'acme',
    id: 'key:agent',
    kind: 'key',
    keyId: 'agent',
    label: 'agent',
    roles: [],
    scopes: ['read', 'write'],
    toolset: 'all',
    ...over,
  });
  const person = (name: string, roles: Principal['roles']) =>
    principal({ id: `user:${name}`, kind: 'person', userId: name, label: `${name}@acme.test`, roles });

  return {
    organizationId,
    db,
    time,
    vault,
    clock,
    events,
    followers,
    queued,
    queue,
    errors,
    ledger,
    principal,
    person,
    owner: person('ada', ['owner']),
    history: createCallHistory({
      db,
      follow: (_organization, listener) => {
        followers.add(listener);
        return () => followers.delete(listener);
      },
    }),
    approvals: createApprovals({ db, queue: { add } as Partial<Queue> as Queue, ledger, clock, logger, publish }),
    sweep: createCallSweep({ db, clock, ledger }),
    reads: createReadRecorder({ db, vault, clock, logger, metrics }),
    posts: createIdempotentPosts({ db, vault, clock, pause }),
    newCall: (over: Partial<NewCall> = {}): NewCall => ({
      id: newId('call'),
      principal: principal(),
      tool: { name: 'lamp.turn', system: 'lamp', effect: 'write', timeoutMs: 5_000, schemaHash: 'h1' },
      connection: 'main',
      input: { name: 'a' },
      door: 'test',
      ...over,
    }),
    approval: {
      reasons: [{ rule: 'tool-needs-approval', text: 'Always.' }],
      expiresAt: new Date('2026-03-01T13:00:00Z'),
    },
    advance(milliseconds: number): void {
      time.now = new Date(time.now.getTime() + milliseconds);
    },
    rows: () =>
      db.selectFrom('calls').selectAll().where('organization_id', '=', organizationId).orderBy('id').execute(),
  };
}

export function answerOf(callId: string, over: Partial<CallAnswer['reply']> = {}): CallAnswer {
  const reply = { success: true, status: 'succeeded' as const, call_id: callId, data: { on: true }, summary: 'Done.' };
  return { reply: { ...reply, duration_ms: 1, ...over }, text: 'Done.' };
}
