import { newId, subjects, ToolPrepareReply, ToolRunReply, type Prepared } from '@devmesh/contracts';
import { createMemoryBus } from '@devmesh/bus';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { generateSystemKey, sealTo } from '@devmesh/vault';
import type { Adapter } from '../define-adapter.ts';
import type { Tool } from '../define-tool.ts';
import { describeTool } from '../describe-tool.ts';
import { serveAdapter } from '../serve-adapter.ts';
import type { AdapterSuite } from './suite.ts';

export interface CallSettings {
  remainingMs?: number;
  signal?: AbortSignal;
  prepared?: Prepared;
}

export interface Served {
  run(tool: Tool, input: unknown, settings?: CallSettings): Promise<ToolRunReply>;
  prepare(tool: Tool, input: unknown): Promise<ToolPrepareReply>;
  stop(): Promise<void>;
}

/** Serves the adapter with these clients on a bus, as a process does, with a connection whose credential is sealed. */
export async function serve<Clients extends object>(
  adapter: Adapter<Clients>,
  suite: AdapterSuite<Clients>,
  clients: Clients,
): Promise<Served> {
  const logger = silentLogger();
  const bus = createMemoryBus({ logger, metrics: createMetrics({ service: 'conformance' }) });
  const systemKey = await generateSystemKey();
  const connection = {
    id: newId('conn'),
    name: 'conformance',
    origin: 'stored' as const,
    environment: 'test',
    endpoint: suite.connection.endpoint,
    settings: suite.connection.settings,
    sealedCredential: await sealTo(systemKey.publicJwk, JSON.stringify(suite.connection.credential)),
  };
  const served = { ...adapter, connect: () => clients };
  const facts = { systemKey, organizationSlug: '', appVersion: '0.0.0', config: {} };
  const stopServing = await serveAdapter(served, { bus, logger, clock: suite.now ?? systemClock, ...facts });

  const ask = (operation: 'run' | 'prepare', tool: Tool, input: unknown, settings: CallSettings) => {
    const { remainingMs = 10_000, signal, prepared } = settings;
    const message = {
      operation,
      callId: newId('call'),
      tool: tool.name,
      organization: { id: 'org_conformance', slug: 'conformance' },
      principal: 'conformance',
      connection,
      input,
      prepared,
      remainingMs,
      schemaHash: describeTool(tool, adapter.name, true).schemaHash,
    };
    return bus.request(subjects.call(adapter.name, tool.name.slice(adapter.name.length + 1)), message, {
      timeoutMs: 30_000,
      signal,
    });
  };
  return {
    run: async (tool, input, settings = {}) => ToolRunReply.parse(await ask('run', tool, input, settings)),
    prepare: async (tool, input) => ToolPrepareReply.parse(await ask('prepare', tool, input, {})),
    async stop() {
      await stopServing();
      await bus.close();
    },
  };
}

/** Serves for as long as `use` takes. */
export async function whileServing<Clients extends object, Value>(
  adapter: Adapter<Clients>,
  suite: AdapterSuite<Clients>,
  clients: Clients,
  use: (served: Served) => Promise<Value>,
): Promise<Value> {
  const served = await serve(adapter, suite, clients);
  try {
    return await use(served);
  } finally {
    await served.stop();
  }
}

/** The first example's input: the one that the tests use. */
export function exampleOf(tool: Tool): Record<string, unknown> {
  return tool.examples?.[0]?.input ?? {};
}
