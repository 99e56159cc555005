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
    // Port 0 takes any free one, which only the log names.
    metricsUrl:
      config.METRICS_PORT === undefined || config.METRICS_PORT === 0
        ? undefined
        : `${local(config.METRICS_PORT)}/metrics`,
  };
}
