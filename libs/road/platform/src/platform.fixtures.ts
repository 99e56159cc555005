import type { LocalTools, OwnToolContext } from '@devmesh/adapter';
import { createEvidence } from '@devmesh/calls';
import type { CallAnswer, Principal, ToolOutput } from '@devmesh/contracts';
import { createMemory } from '@devmesh/memory';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { serveOwnTools } from './own-tools.ts';
import type { OwnRoad } from './road.ts';

export type Desk = ReturnType<typeof openDesk>;

let desks = 0;

/** The own tools over a real memory and real evidence, with a road that answers what it is told. */
export function openDesk(db: Db) {
  const metrics = createMetrics({ service: 'test' });
  const organizationId = `org_${String(++desks)}`;
  const jobs: { organizationId: string; contextId: string }[] = [];
  const queue = { add: (_name: string, payload: (typeof jobs)[number]) => Promise.resolve(void jobs.push(payload)) };
  const memory = createMemory({ db, queue, clock: systemClock, logger: silentLogger(), metrics });
  const evidence = createEvidence({ db, clock: systemClock, quotaBytes: 1_000_000 });
  const asked: unknown[][] = [];
  const road: { answer: CallAnswer } = { answer: answered({}) };
  const ask = async (...what: unknown[]) => {
    asked.push(what);
    return road.answer;
  };
  const own: OwnRoad = { waitForCall: ask, undoCall: ask, verifyCall: ask };
  const tools: LocalTools<OwnToolContext> = serveOwnTools({
    memory,
    evidence,
    road: own,
    readStatus: async () => ({ status: 'up', dependencies: { database: { state: 'up' } }, systems: [] }),
    logger: silentLogger(),
  });
  const viewer: Principal = {
    organizationId,
    organizationSlug: 'acme',
    id: 'key:agent',
    kind: 'key',
    label: 'agent',
    roles: [],
    scopes: ['read', 'write'],
    toolset: 'all',
  };
  const contextFor = (over: Partial<Principal> = {}): OwnToolContext => ({
    call: { id: 'call_1', principal: 'agent' },
    viewer: { ...viewer, ...over },
    signal: new AbortController().signal,
    now: systemClock,
    connection: undefined,
    progress: () => {},
  });

  return {
    organizationId, tools, evidence, road, asked, viewer, contextFor,
    async index(): Promise<void> {
      for (let job = jobs.shift(); job; job = jobs.shift()) await memory.indexContext(job);
    },
    /** What the tool gives; throws the error body of one that failed. */
    async run(tool: string, input: object, context = contextFor()): Promise<ToolOutput> {
      const reply = await tools.run(tool, input, context);
      if (reply.ok) return reply.output;
      throw reply.error;
    },
  }; // prettier-ignore
}

export function answered(over: Partial<CallAnswer['reply']>): CallAnswer {
  const reply = {
    success: true,
    status: 'succeeded' as const,
    call_id: 'call_2',
    data: { on: true },
    summary: 'Done.',
  };
  return { reply: { ...reply, duration_ms: 1, ...over }, text: 'Done.' };
}
