import { createAuditBatcher } from '@devmesh/audit';
import {
  createApprovals,
  createCallHistory,
  createCallLedger,
  createCallSweep,
  createEvidence,
  createIdempotentPosts,
  createReadRecorder,
  type CallRow,
} from '@devmesh/calls';
import { createConnections } from '@devmesh/connections';
import type { Principal } from '@devmesh/contracts';
import {
  createCatalog,
  createDispatch,
  createGateway,
  createInFlight,
  createSystems,
  type Gateway,
} from '@devmesh/gateway';
import { createIdentity } from '@devmesh/identity';
import { createMemory } from '@devmesh/memory';
import { serveOwnTools } from '@devmesh/platform';
import { createQuota } from '@devmesh/quota';
import type { Infra, ProcessParts } from './infra.ts';
import { createNoteDone } from './note-done.ts';
import { createOrganizationEvents } from './organization-events.ts';
import { createReadStatus } from './read-status.ts';
import type { RoadSettings } from './settings.ts';

/** Wires the road on its infrastructure. No work before `start`. */
export function createRoad(infra: Infra, process: ProcessParts, settings: RoadSettings) {
  const { store, bus, queue, cache, vault } = infra;
  const { logger, metrics, health, clock } = process;
  const { db } = store;
  const policy = { protectedEnvironments: settings.PROTECTED_ENVIRONMENTS };
  const publicUrl = settings.PUBLIC_URL.replace(/\/$/, '');

  const auditBatcher = createAuditBatcher({ db, logger, metrics });
  const events = createOrganizationEvents(bus, clock, logger);
  const identity = createIdentity({
    db,
    cache,
    bus,
    vault,
    clock,
    logger,
    metrics,
    auditBatcher,
    openRegistration: settings.OPEN_REGISTRATION,
    secureCookies: publicUrl.startsWith('https:'),
  });
  const connections = createConnections({
    db,
    bus,
    clock,
    logger,
    allowPrivateEndpoints: settings.ALLOW_PRIVATE_ENDPOINTS,
  });
  const rateLimit = { capacity: settings.RATE_LIMIT_CAPACITY, refillPerMinute: settings.RATE_LIMIT_PER_MINUTE };
  const quota = createQuota({ cache, clock, metrics, defaults: { rateLimit, concurrency: settings.CONCURRENT_CALLS } });
  const memory = createMemory({
    db,
    queue,
    clock,
    logger,
    metrics,
    onChange: (organizationId, contextId, change) =>
      events.publish(organizationId, { type: 'context.changed', context_id: contextId, change }),
  });

  const ledger = createCallLedger({ db, vault, clock, publish: events.publish });
  const history = createCallHistory({
    db,
    follow: (organizationId, listener) => events.follow(organizationId, ({ event }) => listener(event)),
  });
  const approvals = createApprovals({ db, queue, ledger, clock, logger, publish: events.publish });
  const evidence = createEvidence({ db, clock, quotaBytes: settings.EVIDENCE_QUOTA_MIB * 1024 * 1024 });
  const reads = createReadRecorder({ db, vault, clock, logger, metrics });

  const systems = createSystems({ bus, store: connections, clock, logger });
  const status = createReadStatus({ health, systems, connections, clock });
  // DevMesh's own tools take the road again, so they come before the gateway that serves them.
  const later: { gateway?: Gateway } = {};
  const gatewayOf = () => {
    if (!later.gateway) throw new Error('the gateway is not there yet');
    return later.gateway;
  };
  const own = serveOwnTools({
    memory,
    evidence,
    readStatus: status,
    logger,
    road: {
      waitForCall: (...call) => gatewayOf().waitForCall(...call),
      undoCall: (...call) => gatewayOf().undoCall(...call),
      verifyCall: (...call) => gatewayOf().verifyCall(...call),
    },
  });
  const catalog = createCatalog({
    bus,
    systems,
    policy,
    own: own.descriptors,
    connectionNames: (organizationId, organizationSlug) =>
      connections.names(
        organizationId,
        organizationSlug,
        systems.list().map(({ system }) => system),
      ),
  });
  const gateway = createGateway({
    bus,
    catalog,
    ledger,
    history,
    reads,
    evidence,
    vault,
    policy,
    clock,
    logger,
    metrics,
    dispatch: createDispatch({ bus, own, clock }),
    inFlight: createInFlight(bus),
    approvalUrl: (approvalId) => `${publicUrl}/approvals/${approvalId}`,
    approvalTtlMs: settings.APPROVAL_TTL_MINUTES * 60_000,
    noteAudit: (event) => auditBatcher.add(event),
    resolveConnection: (...wanted) => connections.resolve(...wanted),
    withExecution: (principal, callId, fn) => quota.withExecution(principal, callId, fn),
    stillHolds: (row) => identity.stillHolds(requesterOf(row)),
    approvalOf: (organizationId, callId) => approvals.ofCall(organizationId, callId),
  });
  later.gateway = gateway;

  /** Listens to the bus; what it returns stops in reverse order and writes what waits. Where one of them fails, none stays. */
  async function start(): Promise<() => Promise<void>> {
    const stops: (() => Promise<void>)[] = [() => auditBatcher.stop()];
    const stop = async () => {
      for (const one of stops.splice(0).reverse()) await one();
    };
    try {
      await identity.start();
      stops.push(() => identity.stop());
      await connections.start();
      stops.push(() => connections.stop());
      for (const part of [events, systems, gateway]) stops.push(await part.start());
      return stop;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  return {
    db,
    vault,
    bus,
    queue,
    identity,
    connections,
    quota,
    memory,
    approvals,
    history,
    evidence,
    gateway,
    systems,
    status,
    events,
    /** Where people reach the pages. */
    publicUrl,
    clock,
    logger,
    metrics,
    health,
    noteDone: createNoteDone(auditBatcher),
    posts: createIdempotentPosts({ db, vault, clock }),
    callSweep: createCallSweep({ db, clock, ledger }),
    start,
  };
}
export type Road = ReturnType<typeof createRoad>;

// Only what finds key and person again; rights are read afresh.
function requesterOf(
  row: Pick<CallRow, 'organization_id' | 'key_id' | 'user_id' | 'principal_id' | 'principal_label'>,
): Principal {
  return {
    organizationId: row.organization_id,
    organizationSlug: '',
    id: row.principal_id,
    kind: row.key_id === null ? 'person' : 'key',
    ...(row.key_id !== null && { keyId: row.key_id }),
    ...(row.user_id !== null && { userId: row.user_id }),
    label: row.principal_label,
    roles: [],
    scopes: [],
    toolset: '',
  };
}
