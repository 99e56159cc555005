import type { StartSettings } from './settings.ts';

/** Where the one process can be reached. */
export interface Addresses {
  host: string;
  restUrl: string;
  mcpUrl: string;
  publicUrl: string;
  metricsUrl: string | undefined;
}

export function addressesOf(
  config: Pick<StartSettings, 'REST_HOST' | 'REST_PORT' | 'MCP_PORT' | 'PUBLIC_URL'> & {
    METRICS_PORT?: number | undefined;
  },
): Addresses {
  const local = (port: number) => `http://localhost:${String(port)}`;
  return {
    host: config.REST_HOST,
    restUrl: local(config.REST_PORT),
    mcpUrl: `${local(config.MCP_PORT)}/mcp`,
    publicUrl: (config.PUBLIC_URL ?? local(config.REST_PORT)).replace(/\/$/, ''),
    metricsUrl: config.METRICS_PORT === undefined ? undefined : `${local(config.METRICS_PORT)}/metrics`,
  };
}
