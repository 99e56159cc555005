import type { Stop } from '@devmesh/bus';
import { type Announcement, type Principal, subjects, type WireConnection } from '@devmesh/contracts';
import { type AnnouncementOutcome, type KnownSystem, listAnnouncements, saveAnnouncement } from './announcements.ts';
import type { ConnectionView } from './connection.ts';
import { createConnection } from './create-connection.ts';
import type { ConnectionsOptions, Deps } from './deps.ts';
import { allConnections, connectionsOf } from './directory.ts';
import { createDirectoryCache } from './directory-cache.ts';
import { getConnection } from './get-connection.ts';
import { patchConnection, type PatchOptions } from './patch-connection.ts';
import { removeConnection } from './remove-connection.ts';
import { choose, namesOf } from './resolve.ts';
import { repinSystemKey } from './system-keys.ts';

/** Everything happens within the principal's own organisation. Inputs typed `unknown` are parsed here. */
export interface Connections {
  create(principal: Principal, input: unknown): Promise<ConnectionView>;
  list(principal: Principal, filter?: { system?: string | undefined }): Promise<ConnectionView[]>;
  get(principal: Principal, id: string): Promise<ConnectionView>;
  patch(principal: Principal, id: string, input: unknown, options?: PatchOptions): Promise<ConnectionView>;
  remove(principal: Principal, id: string): Promise<void>;
  /** From memory for at most 5 s; undefined when the system has none and none was named. `not_found` offers the nearest name. */
  resolve(
    organizationId: string,
    organizationSlug: string,
    system: string,
    name?: string,
  ): Promise<WireConnection | undefined>;
  /** Names by system, the default first, from memory for at most 5 s; systems without a connection are left out. */
  names(organizationId: string, organizationSlug: string, systems: readonly string[]): Promise<Map<string, string[]>>;
  saveAnnouncement(announcement: Announcement): Promise<AnnouncementOutcome>;
  listAnnouncements(): Promise<KnownSystem[]>;
  repinSystemKey(system: string, operator: string): Promise<{ connectionsToReenter: number }>;
  /** Listens for changes made elsewhere. */
  start(): Promise<void>;
  stop: Stop;
}

/** Wires the library. No work before `start`. */
export function createConnections(options: ConnectionsOptions): Connections {
  const cache = createDirectoryCache({
    clock: options.clock,
    load: (owner, system) => connectionsOf(options.db, owner, system),
  });
  const deps: Deps = {
    allowPrivateEndpoints: true,
    ...options,
    publishChange() {
      cache.forget();
      options.bus.publish(subjects.connectionsChanged, {});
    },
  };
  let unsubscribe: Stop | undefined;

  return {
    create: (principal, input) => createConnection(deps, principal, input),
    async list(principal, { system } = {}) {
      const connections =
        system === undefined
          ? await allConnections(deps.db, principal)
          : await connectionsOf(deps.db, principal, system);
      return connections.map(({ view }) => view);
    },
    get: (principal, id) => getConnection(deps.db, principal, id),
    patch: (principal, id, input, patchOptions) => patchConnection(deps, principal, id, input, patchOptions),
    remove: (principal, id) => removeConnection(deps, principal, id),
    async resolve(organizationId, organizationSlug, system, name) {
      return choose(await cache.find({ organizationId, organizationSlug }, system), system, name);
    },
    async names(organizationId, organizationSlug, systems) {
      const owner = { organizationId, organizationSlug };
      const found = await Promise.all(
        systems.map(async (system) => [system, namesOf(await cache.find(owner, system))] as const),
      );
      return new Map(found.filter(([, names]) => names.length > 0));
    },
    saveAnnouncement: (announcement) => saveAnnouncement(deps, announcement),
    listAnnouncements: () => listAnnouncements(deps.db),
    repinSystemKey: (system, operator) => repinSystemKey(deps, system, operator),
    async start() {
      unsubscribe ??= await deps.bus.subscribe(subjects.connectionsChanged, () => cache.forget());
    },
    async stop() {
      await unsubscribe?.();
      unsubscribe = undefined;
    },
  };
}
