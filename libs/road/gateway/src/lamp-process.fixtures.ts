import { defineAdapter, defineTool, serveAdapter, type ToolContext } from '@devmesh/adapter';
import { connectNatsBus } from '@devmesh/bus';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { generateSystemKey } from '@devmesh/vault';
import { z } from 'zod';

// An adapter process of its own, to be killed: `node lamp-process.fixtures.ts <NATS URL> <vendor URL>`.
const [, , natsUrl = '', vendorUrl = ''] = process.argv;

const remote = defineAdapter({
  name: 'remote',
  title: 'Lamps elsewhere',
  settings: z.object({}),
  credential: z.object({}),
  config: z.object({}),
  environmentConnections: () => [],
  connect: () => ({}),
  toAppError: () => undefined,
  tools: [
    defineTool({
      name: 'remote.turn',
      title: 'Turn a lamp',
      description: 'Turn a lamp on.',
      effect: 'write',
      timeoutMs: 2_000,
      input: z.strictObject({ name: z.string() }),
      output: z.object({ name: z.string() }),
      async run({ name }, { signal, call }: ToolContext) {
        await fetch(`${vendorUrl}/turn/${name}/${call.id}`, { method: 'POST', signal });
        return { data: { name }, summary: 'On.' };
      },
      verify: (_input, _prepared, callId) => ({ tool: 'remote.log', input: { call_id: callId } }),
    }),
    defineTool({
      name: 'remote.log',
      title: 'Log',
      description: 'Says what a call did.',
      effect: 'read',
      timeoutMs: 5_000,
      input: z.strictObject({ call_id: z.string() }),
      output: z.object({ calls: z.array(z.string()) }),
      async run({ call_id: callId }, { signal }: ToolContext) {
        const response = await fetch(`${vendorUrl}/log/${callId}`, { signal });
        const calls = z.array(z.string()).parse(await response.json());
        return {
          data: { calls },
          summary: `${String(calls.length)} found.`,
          page: { returned: calls.length, truncated: false },
        };
      },
    }),
  ],
});

const bus = await connectNatsBus({
  url: natsUrl,
  name: 'remote-lamps',
  logger: silentLogger(),
  metrics: createMetrics({ service: 'test' }),
});
await serveAdapter(remote, {
  bus,
  systemKey: await generateSystemKey(),
  config: {},
  organizationSlug: '',
  appVersion: '0.0.1',
  logger: silentLogger(),
  clock: systemClock,
});
