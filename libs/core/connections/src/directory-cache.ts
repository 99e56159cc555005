import type { Clock } from '@devmesh/runtime';
import type { Connection } from './connection.ts';
import type { Owner } from './directory.ts';

/** What a lost bus message may cost. */
const TTL_MS = 5_000;
const MOST_ENTRIES = 5_000;

type Load = (owner: Owner, system: string) => Promise<Connection[]>;

interface Entry {
  untilMs: number;
  connections: Promise<Connection[]>;
}

export interface DirectoryCache {
  find(owner: Owner, system: string): Promise<Connection[]>;
  forget(): void;
}

/** Remembers an organisation's connections of one system for five seconds, or until something changed. One load at a time for each. */
export function createDirectoryCache({ clock, load }: { clock: Clock; load: Load }): DirectoryCache {
  // Loads that began before a change stay with the map that is thrown away: nobody finds them afterwards.
  let entries = new Map<string, Entry>();

  function begin(key: string, owner: Owner, system: string): Promise<Connection[]> {
    const home = entries;
    const connections = load(owner, system);
    home.set(key, { untilMs: clock().getTime() + TTL_MS, connections });
    if (home.size > MOST_ENTRIES) home.delete(home.keys().next().value ?? '');
    connections.catch(() => home.delete(key));
    return connections;
  }

  return {
    find(owner, system) {
      const key = JSON.stringify([owner.organizationId, owner.organizationSlug, system]);
      const known = entries.get(key);
      if (known && known.untilMs > clock().getTime()) return known.connections;
      entries.delete(key);
      return begin(key, owner, system);
    },
    forget() {
      entries = new Map();
    },
  };
}
