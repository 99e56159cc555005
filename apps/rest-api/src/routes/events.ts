import type { Road } from '@devmesh/assembly';
import type { OrganizationEvent, Principal } from '@devmesh/contracts';
import { defineRoute, events, type Route } from '@devmesh/http';

/** The organisation's events, as they happen. */
export function eventRoutes({ events: organizationEvents }: Pick<Road, 'events'>): Route[] {
  return [
    defineRoute({
      name: 'events',
      method: 'GET',
      path: '/api/v1/events',
      summary: 'Follow the organisation: calls, approvals, contexts, the catalog (server-sent events)',
      description:
        'An event is a hint to look. `Last-Event-ID` takes up where the stream broke, for the last few minutes.',
      tag: 'events',
      access: 'key',
      scope: 'read',
      responses: {},
      handler: ({ principal }) =>
        events((stream) => {
          const { organizationId } = principal;
          const send = ({ id, at, event }: { id: string; at: string; event: OrganizationEvent }) => {
            if (mayFollow(principal, event)) stream.send({ id, event: event.type, data: { at, ...event } });
          };
          for (const missed of organizationEvents.since(organizationId, stream.lastEventId)) send(missed);
          return organizationEvents.follow(organizationId, send);
        }),
    }),
  ];
}

// Whoever is bound to one user's contexts hears of no context: an event does not say whose it is.
function mayFollow(principal: Principal, event: OrganizationEvent): boolean {
  if (event.type === 'context.changed') return principal.contextUserId === undefined;
  if (event.type === 'approval.changed') return principal.kind === 'person' || principal.scopes.includes('write');
  return true;
}
