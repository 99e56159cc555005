export type { AnnouncementOutcome, KnownSystem } from './announcements.ts';
export type { ConnectionView } from './connection.ts';
export { createConnections } from './connections.ts';
export type { Connections } from './connections.ts';
export type { ConnectionsOptions } from './deps.ts';
export { isPrivateHost } from './endpoint.ts';
export { CreateConnection, PatchConnection } from './input.ts';
export type { PatchOptions } from './patch-connection.ts';
