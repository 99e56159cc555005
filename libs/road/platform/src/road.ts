import type { CallAnswer, Principal } from '@devmesh/contracts';

/** The part of the gateway that DevMesh's own tools take: the road again, under the caller's own name. */
export interface OwnRoad {
  waitForCall(principal: Principal, callId: string, timeoutMs: number, signal: AbortSignal): Promise<CallAnswer>;
  undoCall(principal: Principal, callId: string, options: { door: string; signal: AbortSignal }): Promise<CallAnswer>;
  verifyCall(principal: Principal, callId: string, options: { door: string; signal: AbortSignal }): Promise<CallAnswer>;
}

/** What is up and what is not, and how that is known. */
export type ReadStatus = (principal: Principal) => Promise<StatusReport>;

export interface StatusReport {
  status: string;
  dependencies: Record<string, { state: string; reason?: string; since?: string }>;
  systems: {
    system: string;
    state: string;
    known_by: string;
    heard_at: string | null;
    version: string;
    tools: number;
    connections: string[];
  }[];
}
