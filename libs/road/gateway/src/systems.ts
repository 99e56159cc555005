import type { Bus, Stop } from '@devmesh/bus';
import { Announcement, publishedName, subjects } from '@devmesh/contracts';
import type { Clock, Logger } from '@devmesh/runtime';
import { OWN_SYSTEMS } from './own-systems.ts';

/** What the registry needs of `@devmesh/connections`: the last announcement of each system outlives its adapter. */
export interface AnnouncementStore {
  listAnnouncements(): Promise<readonly { announcement: Announcement }[]>;
  /** Decides between versions that announce at one time, and refuses a key that is not the pinned one. */
  saveAnnouncement(announcement: Announcement): Promise<'saved' | 'unchanged' | 'older_version' | 'key_refused'>;
}

export interface SystemsParts {
  bus: Bus;
  store: AnnouncementStore;
  clock: Clock;
  logger: Logger;
}

interface Known {
  announcement: Announcement;
  /** What tells one announcement from the next, without the instance. */
  fingerprint: string;
  heardAt: number | undefined;
}

/** The systems that have announced themselves, alive or silent. */
export function createSystems({ bus, store, clock, logger }: SystemsParts) {
  const known = new Map<string, Known>();
  const listeners = new Set<(system: string) => void>();
  const refused = new Map<string, string>();

  async function start(): Promise<Stop> {
    for (const { announcement } of await store.listAnnouncements()) keep(announcement, undefined);
    const stop = await bus.subscribe(subjects.announceAll, (payload) => void hear(payload));
    bus.publish(subjects.catalogAsk, {});
    return stop;
  }

  async function hear(payload: unknown): Promise<void> {
    try {
      const parsed = Announcement.safeParse(payload);
      if (!parsed.success)
        return logger.warn('an announcement that is not one was ignored', { issues: parsed.error.issues.length });
      await consider(parsed.data);
    } catch (error) {
      logger.warn('an announcement could not be kept', { error });
    }
  }

  async function consider(announcement: Announcement): Promise<void> {
    const fault = faultOf(announcement);
    if (fault !== undefined) return refuse(announcement, fault);
    const outcome = await store.saveAnnouncement(announcement);
    if (outcome !== 'saved' && outcome !== 'unchanged') return;
    const changed = known.get(announcement.system)?.fingerprint !== fingerprintOf(announcement);
    keep(announcement, clock().getTime());
    if (changed) for (const listener of listeners) listener(announcement.system);
  }

  function faultOf(announcement: Announcement): string | undefined {
    const { system, tools } = announcement;
    if (OWN_SYSTEMS.includes(system)) return "the system's name is DevMesh's own";
    if (!tools.every((tool) => tool.system === system && tool.name.startsWith(`${system}.`) && tool.needsConnection))
      return 'it holds a tool of another system';
    // `a.b_c` and `a_b.c` would be published under one name.
    const others = [...known.values()].filter((other) => other.announcement.system !== system);
    const taken = new Set(others.flatMap((other) => publishedNames(other.announcement)));
    const names = publishedNames(announcement);
    if (new Set(names).size === names.length && !names.some((name) => taken.has(name))) return undefined;
    return 'two tools would have one name';
  }

  // Said every 10 s by every replica: logged once.
  function refuse(announcement: Announcement, fault: string): void {
    const { system } = announcement;
    if (refused.get(system) === fault) return;
    refused.set(system, fault);
    logger.error('an announcement was refused', { system, fault });
  }

  function keep(announcement: Announcement, heardAt: number | undefined): void {
    known.set(announcement.system, { announcement, fingerprint: fingerprintOf(announcement), heardAt });
  }

  return {
    start,
    list: (): Announcement[] => [...known.values()].map(({ announcement }) => announcement),
    get: (system: string): Announcement | undefined => known.get(system)?.announcement,
    /** When the system was last heard by this process; undefined when never. */
    heardAt: (system: string): Date | undefined => {
      const at = known.get(system)?.heardAt;
      return at === undefined ? undefined : new Date(at);
    },
    onChange(listener: (system: string) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
export type Systems = ReturnType<typeof createSystems>;

function fingerprintOf({ instance: _instance, ...rest }: Announcement): string {
  return JSON.stringify(rest);
}

function publishedNames({ tools }: Announcement): string[] {
  return tools.map(({ name }) => publishedName(name));
}
