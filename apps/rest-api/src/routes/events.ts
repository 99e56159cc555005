import type { Road } from '@devmesh/assembly';
import type { OrganizationEvent, Principal } from '@devmesh/contracts';
import { defineRoute, events, type Route } from '@devmesh/http';

type Parts = Pick<Road, 'events' | 'systems' | 'clock'>;

interface Sent {
  /** Absent where there is nothing to take up from. */
  id?: string;
  at: string;
  event: OrganizationEvent;
}

/** The organisation's events, as they happen. */
export function eventRoutes({ events: organizationEvents, systems, clock }: Parts): Route[] {
  return [
    defineRoute({
      name: 'events',
      method: 'GET',
      path: '/api/v1/events',
      summary: 'Follow the organisation: calls, approvals, contexts, the catalog (server-sent events)',
      description:
        'An event is a hint to look; the rows are the truth. `Last-Event-ID` takes up where the stream broke; where that is not known any more the first event is `events.missed`: look at everything again.',
      tag: 'events',
      access: 'key',
      scope: 'read',
      produces: 'text/event-stream',
      responses: {},
      handler: ({ principal }) =>
        events((stream) => {
          const { organizationId } = principal;
          const send = ({ id, at, event }: Sent) => {
            if (mayFollow(principal, event))
              stream.send({ ...(id !== undefined && { id }), event: event.type, data: { at, ...event } });
          };
          const { lastEventId } = stream;
          if (lastEventId !== undefined) {
            const missed = organizationEvents.since(organizationId, lastEventId);
            if (!missed) stream.send({ event: 'events.missed', data: { type: 'events.missed' } });
            missed?.forEach(send);
          }
          const unfollow = organizationEvents.follow(organizationId, send);
          // Every process hears a system announce itself: nothing has to be told to the others.
          const stopCatalog = systems.onChange((system) => send(catalogChanged(system, clock())));
          return () => {
            unfollow();
            stopCatalog();
          };
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

function catalogChanged(system: string, now: Date): Sent {
  return { at: now.toISOString(), event: { type: 'catalog.changed', system } };
}
