import type { Stop } from '@devmesh/bus';
import type { Principal } from '@devmesh/contracts';
import { McpServer, type ServerNotifier } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { createEndpoint, type Endpoint } from '../endpoint.ts';
import type { McpParts } from '../mcp-parts.ts';
import { addAskingTools } from './asking-tools.ts';
import { addContentTools, text } from './content-tools.ts';
import { createEventStore } from './event-store.ts';
import { addInputRequiredTools } from './input-required-tools.ts';
import { addPrompts } from './prompts.ts';
import { addResources } from './resources.ts';

/** The suite sends no key; whoever calls is this one, who may call nothing but the fixtures. */
export const FIXTURE_PRINCIPAL: Principal = {
  organizationId: 'conformance',
  organizationSlug: 'conformance',
  id: 'key:conformance',
  kind: 'key',
  label: 'conformance suite',
  roles: [],
  scopes: [],
  toolset: 'none',
};

const PURPOSE = 'mcp.fixtures';
const SUBJECT = 'v1.mcp.fixtures-changed';
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  logging: {},
};

export interface Fixtures {
  endpoint: Endpoint;
  start(): Promise<Stop>;
}

/** What the conformance suite asks for and DevMesh does not have, on the same transport, sessions and HTTP stack. */
export function createFixtures(parts: Pick<McpParts, 'vault' | 'bus' | 'clock' | 'logger'>): Fixtures {
  const { vault, bus } = parts;
  const mint = (state: Record<string, unknown>) => vault.sign(PURPOSE, state, { expiresInMs: 600_000 });

  async function verify(state: string): Promise<Record<string, unknown>> {
    const claims = await vault.verify(PURPOSE, state);
    if (claims === undefined) throw new Error('not a state of ours');
    return claims;
  }

  function makeServer(): McpServer {
    const server = new McpServer(
      { name: 'devmesh-conformance', version: '1.0.0' },
      { capabilities: CAPABILITIES, requestState: { verify } },
    );
    addContentTools(server);
    addAskingTools(server);
    addInputRequiredTools(server, mint);
    addTrigger(server, 'test_trigger_tool_change', 'toolsChanged');
    addTrigger(server, 'test_trigger_prompt_change', 'promptsChanged');
    addResources(server);
    addPrompts(server);
    server.server.setRequestHandler('completion/complete', () => ({
      completion: { values: [], total: 0, hasMore: false },
    }));
    return server;
  }

  // Over the bus: whoever listens may do so at another replica.
  function addTrigger(server: McpServer, name: string, change: Change): void {
    server.registerTool(name, { description: 'Says that a list has changed', inputSchema: z.object({}) }, () => {
      bus.publish(SUBJECT, { change });
      return { content: [text('published')] };
    });
  }

  const endpoint = createEndpoint(parts, {
    name: 'conformance',
    makeServer,
    makeSessionServer: makeServer,
    eventStore: createEventStore,
  });

  async function start(): Promise<Stop> {
    const stopSessions = await endpoint.sessions.start();
    const stopChanges = await bus.subscribe(SUBJECT, (payload) => {
      const { change } = payload as { change: Change };
      for (const notify of endpoint.modern.notifiers(undefined)) notify[change]();
    });
    return async () => {
      await stopChanges();
      await stopSessions();
    };
  }

  return { endpoint, start };
}

type Change = keyof Pick<ServerNotifier, 'toolsChanged' | 'promptsChanged'>;
