export type { ServerName, ServerVariable } from './catalog.ts';
export { ensureServers, type EnsureOptions, type ServerUrls } from './ensure-servers.ts';
export type { ServerOptions } from './server-kind.ts';
export { startExtra, type ExtraOptions, type ExtraServer } from './start-extra.ts';
export { ServersUnavailable } from './unavailable.ts';
export { askVersions, type ServerVersion } from './versions.ts';
