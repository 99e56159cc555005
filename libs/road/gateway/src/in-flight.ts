import type { Bus, Stop } from '@devmesh/bus';
import type { Principal } from '@devmesh/contracts';

const CANCEL_ALL = 'v1.call-cancel.*';

interface Running {
  principal: Principal;
  controller: AbortController;
}

/** Calls that this process is waiting for, so that a cancel from any replica reaches them. */
export function createInFlight(bus: Bus) {
  const running = new Map<string, Running>();

  async function start(): Promise<Stop> {
    return bus.subscribe(CANCEL_ALL, (payload, subject) => {
      const callId = subject.slice(subject.lastIndexOf('.') + 1);
      const call = running.get(callId);
      if (call && isFor(payload, call.principal))
        call.controller.abort(new DOMException('The call was cancelled.', 'AbortError'));
    });
  }

  /** Runs `fn` with a signal that aborts on cancel and when the caller's own does. */
  async function track<Result>(
    callId: string,
    principal: Principal,
    outer: AbortSignal | undefined,
    fn: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    const forward = () => controller.abort(outer?.reason);
    if (outer?.aborted === true) forward();
    outer?.addEventListener('abort', forward, { once: true });
    running.set(callId, { principal, controller });
    try {
      return await fn(controller.signal);
    } finally {
      running.delete(callId);
      outer?.removeEventListener('abort', forward);
    }
  }

  return { start, track };
}
export type InFlight = ReturnType<typeof createInFlight>;

// The row was checked where the cancel came in; a read has none, so the organisation and the owner are checked here again.
function isFor(payload: unknown, owner: Principal): boolean {
  if (typeof payload !== 'object' || payload === null || !('organizationId' in payload) || !('principalId' in payload))
    return false;
  return payload.organizationId === owner.organizationId && payload.principalId === owner.id;
}
