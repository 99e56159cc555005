import type { Bus, Stop } from '@devmesh/bus';
import { EventEnvelope, newId, subjects, type OrganizationEvent } from '@devmesh/contracts';
import type { Clock, Logger } from '@devmesh/runtime';

type Listener = (envelope: EventEnvelope) => void;

/** Events that are kept for streams that broke, per organisation … */
const KEPT_EVENTS = 500;
/** … and of how many organisations, the ones that something happened to last. */
const KEPT_ORGANIZATIONS = 200;

/** Organisations' events over the bus, heard once per process: a hint to look, never the truth. */
export function createOrganizationEvents(bus: Bus, clock: Clock, logger: Logger) {
  const listeners = new Map<string, Set<Listener>>();
  const recent = new Map<string, EventEnvelope[]>();

  function publish(organizationId: string, event: OrganizationEvent): void {
    const now = clock();
    bus.publish(subjects.events(organizationId), {
      id: newId('evt', now),
      organization_id: organizationId,
      at: now.toISOString(),
      event,
    });
  }

  function hear(payload: unknown, subject: string): void {
    const parsed = EventEnvelope.safeParse(payload);
    if (!parsed.success) return logger.warn('an event that is not one was ignored', { subject });
    keep(parsed.data);
    for (const listener of listeners.get(parsed.data.organization_id) ?? []) listener(parsed.data);
  }

  function keep(envelope: EventEnvelope): void {
    const kept = recent.get(envelope.organization_id) ?? [];
    kept.push(envelope);
    if (kept.length > KEPT_EVENTS) kept.shift();
    recent.delete(envelope.organization_id);
    recent.set(envelope.organization_id, kept);
    if (recent.size > KEPT_ORGANIZATIONS) recent.delete(recent.keys().next().value ?? '');
  }

  return {
    publish,
    start: (): Promise<Stop> => bus.subscribe(subjects.eventsAll, hear),
    /** Hears the organisation's events until the answer is called. */
    follow(organizationId: string, listener: Listener): () => void {
      const own = listeners.get(organizationId) ?? new Set();
      listeners.set(organizationId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(organizationId) === own) listeners.delete(organizationId);
      };
    },
    /** What this process heard after the event `id`; undefined where it does not know that one, or not any more. */
    since(organizationId: string, id: string): EventEnvelope[] | undefined {
      const kept = recent.get(organizationId) ?? [];
      const at = kept.findIndex((envelope) => envelope.id === id);
      return at === -1 ? undefined : kept.slice(at + 1);
    },
  };
}
export type OrganizationEvents = ReturnType<typeof createOrganizationEvents>;
