import type { AuditEvent } from '@devmesh/audit';
import type { CallHistory, CallLedger, CallRow, Evidence, ReadRecorder } from '@devmesh/calls';
import type { Bus } from '@devmesh/bus';
import type { Principal, WireConnection } from '@devmesh/contracts';
import type { PolicySettings } from '@devmesh/policy';
import type { Clock, Logger, Metrics } from '@devmesh/runtime';
import type { Vault } from '@devmesh/vault';
import type { Catalog } from './catalog.ts';
import type { Dispatch } from './dispatch.ts';
import type { InFlight } from './in-flight.ts';
import type { ApprovalUrl } from './stored-answer.ts';

/** What the road runs on; made once in `createGateway`. */
export interface GatewayParts {
  bus: Bus;
  catalog: Catalog;
  dispatch: Dispatch;
  inFlight: InFlight;
  ledger: CallLedger;
  history: CallHistory;
  reads: ReadRecorder;
  evidence: Evidence;
  vault: Vault;
  policy: PolicySettings;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  approvalUrl: ApprovalUrl;
  /** How long a call may wait for a person. */
  approvalTtlMs: number;
  /** Lines that belong to no call row: tools that were hidden. */
  noteAudit(event: AuditEvent): void;
  /** The connection that a call uses: the named one or the default. Throws `not_found` with the nearest name. */
  resolveConnection(
    organizationId: string,
    organizationSlug: string,
    system: string,
    name: string | undefined,
  ): Promise<WireConnection | undefined>;
  /** Holds one of the principal's places while `fn` runs; `rate_limited` when there is none. */
  withExecution<Result>(principal: Principal, callId: string, fn: () => Promise<Result>): Promise<Result>;
  /** The requester as they are now; throws `forbidden` when key or person are gone. */
  stillHolds(row: CallRow): Promise<Principal>;
  approvalOf(organizationId: string, callId: string): Promise<{ id: string; approvedAt: Date | null } | undefined>;
}
