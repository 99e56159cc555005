export { createRoad } from './create-road.ts';
export type { Road } from './create-road.ts';
export { reportInfra } from './infra.ts';
export type { Infra, ProcessParts } from './infra.ts';
export { openServers } from './open-servers.ts';
export type { Done, NoteDone } from './note-done.ts';
export type { OrganizationEvents } from './organization-events.ts';
export { RoadSettings, ServerSettings } from './settings.ts';
