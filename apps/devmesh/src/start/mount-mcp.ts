import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Road } from '@devmesh/assembly';
import { createMcpDoor, mcpPartsOf } from '@devmesh/mcp-server';
import { VERSION } from '@devmesh/rest-api';
import type { StartSettings } from './settings.ts';

export interface MountedMcp {
  /** Takes MCP's own addresses; false for everything else. */
  first(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends streams, so that the ports can close. */
  endStreams(): Promise<void>;
  close(): Promise<void>;
}

/** The MCP door in front of the REST door, on the same ports. */
export async function mountMcp(road: Road, config: StartSettings, publicUrl: string): Promise<MountedMcp> {
  const door = createMcpDoor(
    mcpPartsOf(
      road,
      {
        publicUrl,
        allowedHosts: config.MCP_ALLOWED_HOSTS,
        allowedOrigins: config.MCP_ALLOWED_ORIGINS,
        conformanceFixtures: config.MCP_CONFORMANCE_FIXTURES,
        bindHost: config.REST_HOST,
      },
      VERSION,
    ),
  );
  await door.start();
  return {
    first(request, response) {
      if (!door.owns(request.url)) return false;
      door.handler(request, response);
      return true;
    },
    endStreams: () => door.endStreams(),
    close: () => door.close(),
  };
}
