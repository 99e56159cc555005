import { defineTool, serveAdapter, serveLocally, type OwnToolContext } from '@devmesh/adapter';
import { createAuditBatcher, searchAudit, type AuditLine } from '@devmesh/audit';
import { createMemoryBus, type Bus, type Stop } from '@devmesh/bus';
import { createMemoryCache } from '@devmesh/cache';
import {
  createApprovals,
  createCallHistory,
  createCallLedger,
  createCallSweep,
  createEvidence,
  createReadRecorder,
  type CallRow,
} from '@devmesh/calls';
import {
  AppError,
  type Announcement,
  type JobPayload,
  type OrganizationEvent,
  type Principal,
  type WireConnection,
} from '@devmesh/contracts';
import { DEFAULT_SETTINGS } from '@devmesh/policy';
import type { Queue } from '@devmesh/queue';
import { createQuota } from '@devmesh/quota';
import { createMetrics, silentLogger, type Logger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { createVault, generateSystemKey } from '@devmesh/vault';
import { z } from 'zod';
import { createCatalog } from './catalog.ts';
import type { CallOptions } from './call-options.ts';
import { createDispatch } from './dispatch.ts';
import { createGateway } from './gateway.ts';
import { createInFlight } from './in-flight.ts';
import { createLamps, lampAdapter, type Lamps } from './lamp.fixtures.ts';
import { createSystems } from './systems.ts';

export type World = Awaited<ReturnType<typeof openWorld>>;

let organizations = 0;

/** The road as `assembly` wires it, with one small adapter on the bus; `db` is migrated and may be shared. */
export async function openWorld(parts: WorldParts) {
  const { db, bus: given, lamps = createLamps(), serve = true, concurrency = 5 } = parts;
  const metrics = createMetrics({ service: 'test' });
  const logged: { message: string; fields: Record<string, unknown> | undefined }[] = [];
  const logger = loggerInto(logged);
  const time = parts.time ?? { now: new Date('2026-03-01T12:00:00Z') };
  const clock = () => time.now;
  const organizationId = parts.organizationId ?? `org_${String(process.pid)}_${String(++organizations)}`;
  const bus = given ?? createMemoryBus({ logger: silentLogger(), metrics });
  const vault = createVault({ masterKey: new Uint8Array(32).fill(7), clock });

  const events: OrganizationEvent[] = [];
  const followers = new Set<(event: OrganizationEvent) => void>();
  const publish = (_organization: string, event: OrganizationEvent) => {
    events.push(event);
    for (const follower of followers) follower(event);
  };
  const queued: JobPayload<'call.execute'>[] = [];
  const ledger = createCallLedger({ db, vault, clock, publish });
  const history = createCallHistory({
    db,
    follow: (_organization, listener) => {
      followers.add(listener);
      return () => followers.delete(listener);
    },
  });
  const approvals = createApprovals({ db, queue: queueInto(queued), ledger, clock, logger, publish });
  const evidence = createEvidence({ db, clock, quotaBytes: 64 * 1024 * 1024 });
  const reads = createReadRecorder({ db, vault, clock, logger, metrics });
  const batcher = createAuditBatcher({ db, logger, metrics });
  const quota = createQuota({ cache: createMemoryCache({ clock }), clock, metrics, defaults: { concurrency } });

  const connections: WireConnection[] = [connectionOf('main', 'staging')];
  const revoked = new Set<string>();
  const principals = new Map<string, Principal>();
  const announcements = new Map<string, Announcement>();
  const systems = createSystems({ bus, store: announcementStore(announcements), clock, logger });
  const own = serveLocally<OwnToolContext>(ownTools(), logger);
  const catalog = createCatalog({
    bus,
    systems,
    policy: DEFAULT_SETTINGS,
    own: own.descriptors,
    connectionNames: async (id) =>
      new Map([['lamp', id === organizationId ? connections.map(({ name }) => name) : []]]),
  });
  const gateway = createGateway({
    bus, catalog, ledger, history, reads, evidence, vault, clock, logger, metrics,
    policy: DEFAULT_SETTINGS,
    dispatch: createDispatch({ bus, own, clock }),
    inFlight: createInFlight(bus),
    approvalUrl: (id) => `http://devmesh.test/approvals/${id}`,
    approvalTtlMs: 3_600_000,
    noteAudit: (event) => batcher.add(event),
    resolveConnection: async (_organization, _slug, _system, name) => {
      if (name === undefined) return connections[0];
      const found = connections.find((connection) => connection.name === name);
      if (found) return found;
      throw new AppError('not_found', `There is no connection "${name}" to lamp.`);
    },
    withExecution: (principal, callId, fn) => quota.withExecution(principal, callId, fn),
    stillHolds: async (row: CallRow) => {
      if (revoked.has(row.principal_id)) throw new AppError('forbidden', 'The key "agent" has been revoked.');
      return principals.get(row.principal_id) ?? principalOf({ id: row.principal_id });
    },
    approvalOf: (organization, callId) => approvals.ofCall(organization, callId),
  }); // prettier-ignore
  const stops: Stop[] = [await systems.start(), await gateway.start()];

  /** Serves the lamps; resolves when the door knows them. */
  async function serveLamps(vendor: Lamps = lamps, options: { version?: number } = {}): Promise<Stop> {
    const heard = Promise.withResolvers<undefined>();
    const forget = systems.onChange(() => heard.resolve(undefined));
    const stop = await serveAdapter(lampAdapter(vendor, options), {
      bus,
      systemKey: await generateSystemKey(),
      config: {},
      organizationSlug: '',
      appVersion: `0.0.${String(options.version ?? 1)}`,
      logger: silentLogger(),
      clock,
      repeat: () => () => {},
    });
    await heard.promise;
    forget();
    return stop;
  }
  const serving = { stop: serve ? await serveLamps() : async () => {} };

  function principalOf(over: Partial<Principal> = {}): Principal {
    const principal: Principal = {
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
    };
    return principal;
  }
  const agent = principalOf();
  const owner = principalOf({
    id: 'user:ada',
    kind: 'person',
    userId: 'ada',
    label: 'ada@acme.test',
    roles: ['owner'],
  });

  return {
    organizationId, db, bus, lamps, time, events, queued, connections, revoked, principals, systems, announcements, catalog, gateway, ledger, history,
    approvals, evidence, reads, vault, clock, logged, metrics, agent, owner, principalOf, serving, serveLamps, followers,
    sweep: createCallSweep({ db, clock, ledger }),
    call: (tool: string, args: unknown, options: Partial<CallOptions> = {}, principal: Principal = agent) =>
      gateway.callTool(principal, tool, args, { door: 'test', ...options }),
    /** A call that waits, approved by the owner and executed. */
    async approveAndRun(callId: string): Promise<void> {
      const approval = await approvals.ofCall(organizationId, callId);
      await approvals.decide(owner, approval?.id ?? '', 'approved', undefined);
      await gateway.executeApproved(organizationId, callId, new AbortController().signal);
    },
    row: (callId: string) => history.get(owner, callId),
    rows: () => db.selectFrom('calls').selectAll().where('organization_id', '=', organizationId).orderBy('id').execute(),
    async audit(callId?: string): Promise<AuditLine[]> {
      await Promise.all([reads.flush(), batcher.flush()]);
      const { lines } = await searchAudit(db, organizationId, callId === undefined ? {} : { callId });
      return lines.toReversed();
    },
    advance(milliseconds: number): void {
      time.now = new Date(time.now.getTime() + milliseconds);
    },
    async close(): Promise<void> {
      await serving.stop();
      for (const stop of stops.toReversed()) await stop();
      await batcher.stop();
      if (!given) await bus.close();
    },
  }; // prettier-ignore
}

interface WorldParts {
  db: Db;
  bus?: Bus;
  lamps?: Lamps;
  serve?: boolean;
  /** Of another door, to be its replica. */
  organizationId?: string;
  concurrency?: number;
  time?: { now: Date };
}

export function connectionOf(name: string, environment: string, endpoint = 'http://lamps.test'): WireConnection {
  return { id: `conn_${name}`, name, origin: 'stored', environment, endpoint, settings: {} };
}

// Under the names that DevMesh's own tools have.
function ownTools() {
  const Empty = z.strictObject({});
  const read = (name: string) =>
    defineTool({
      name,
      title: name,
      description: 'One of our own.',
      effect: 'read',
      openWorld: false,
      timeoutMs: 1_000,
      input: Empty,
      output: z.object({ viewer: z.string() }),
      run: async (_input, { viewer }: OwnToolContext) => ({ data: { viewer: viewer.id }, summary: 'Ours.' }),
    });
  return { devmesh: [read('status')], memory: [read('contexts_list')] };
}

function announcementStore(kept: Map<string, Announcement>) {
  return {
    listAnnouncements: async () => [...kept.values()].map((announcement) => ({ announcement })),
    saveAnnouncement: async (announcement: Announcement) => {
      kept.set(announcement.system, announcement);
      return 'saved' as const;
    },
  };
}

function queueInto(queued: JobPayload<'call.execute'>[]): Queue {
  const add: Queue['add'] = async (_name, payload) => void queued.push(payload as JobPayload<'call.execute'>);
  return { add } as Partial<Queue> as Queue;
}

function loggerInto(lines: { message: string; fields: Record<string, unknown> | undefined }[]): Logger {
  const take = (message: string, fields?: Record<string, unknown>) => void lines.push({ message, fields });
  return { debug: () => {}, info: () => {}, warn: take, error: take, child: () => loggerInto(lines) };
}
