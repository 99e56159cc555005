import type { Principal } from '@devmesh/contracts';
import type { Metrics } from '@devmesh/runtime';
import type { Endpoint } from './endpoint.ts';

/** The event streams on which clients wait for news, and who waits. */
export function createOpenStreams({ modern, sessions }: Endpoint, metrics: Metrics) {
  const open = new Map<AbortController, Principal>();
  const held = metrics.gauge({ name: 'mcp_sessions_held', help: 'Sessions that this replica holds now' });
  const streams = metrics.gauge({ name: 'mcp_streams_open', help: 'Event streams that wait for news' });
  metrics.onCollect(() => {
    held.set({}, [...sessions.all()].length);
    streams.set({}, open.size);
  });

  return {
    add: (stream: AbortController, principal: Principal) => open.set(stream, principal),
    remove: (stream: AbortController) => open.delete(stream),
    /** Says that the tools of one organisation, or of all, may be others now. */
    toolsChanged(organizationId: string | undefined): void {
      for (const notify of modern.notifiers(organizationId)) notify.toolsChanged();
      for (const { principal, server } of sessions.all()) {
        if (organizationId !== undefined && principal.organizationId !== organizationId) continue;
        void server.server.sendToolListChanged().catch(() => {});
      }
    },
    /** Ends what a key, session or person hears; without an id, everybody. Calls that run may end: they were allowed. */
    closeOf(id: string | undefined): void {
      for (const session of sessions.all()) if (isOf(session.principal, id)) session.closeStream();
      for (const [stream, principal] of open) if (isOf(principal, id)) stream.abort();
    },
  };
}
export type OpenStreams = ReturnType<typeof createOpenStreams>;

function isOf({ keyId, userId, sessionId }: Principal, id: string | undefined): boolean {
  return id === undefined || keyId === id || userId === id || sessionId === id;
}
