import { defineAdapter, defineTool, outcomeUnknown, type ToolContext } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';

const Name = z.strictObject({ name: z.string().min(1) });
const State = z.object({ name: z.string(), on: z.boolean() });
const ROW = 'x'.repeat(1000);

/** The vendor: lamps that count what is done to them, and a gate at which slow things wait. */
export function createLamps() {
  const lamps = new Map<string, { on: boolean; version: number; switches: number }>();
  const log: { callId: string; name: string }[] = [];
  const gate = { entered: Promise.withResolvers<undefined>(), open: Promise.withResolvers<undefined>() };
  const of = (name: string) => {
    const lamp = lamps.get(name) ?? { on: false, version: 1, switches: 0 };
    lamps.set(name, lamp);
    return lamp;
  };
  return {
    of,
    log,
    gate,
    switch(name: string, on: boolean, callId: string) {
      const lamp = of(name);
      lamp.on = on;
      lamp.version++;
      lamp.switches++;
      log.push({ callId, name });
    },
    /** Prepares that began. */
    looks: 0,
    lookFails: undefined as AppError | undefined,
    /** This look waits until something is at the gate, and then fails. */
    lateLook: 0,
    loseAnswers: false,
    connectedTo: [] as (string | undefined)[],
  };
}
export type Lamps = ReturnType<typeof createLamps>;

type Context = ToolContext & { lamps: Lamps };

/** A system in small: reads, a write with everything, one that always asks, slow ones, and one that says far too much. */
export function lampAdapter(lamps: Lamps, { version = 1 } = {}) {
  const turn = (name: string, more: { approval?: 'always'; slow?: boolean } = {}) =>
    defineTool({
      name,
      title: 'Turn a lamp',
      description: 'Turn a lamp on or off.',
      effect: 'write',
      ...(more.approval && { approval: more.approval }),
      timeoutMs: 5_000,
      input: z.strictObject({
        name: z.string().min(1),
        on: z.boolean().default(true),
        ...(version > 1 && { color: z.string().optional() }),
      }),
      output: State,
      targets: { name: '/name' },
      async prepare({ name: lamp, on }, { lamps: vendor }: Context) {
        if (++vendor.looks === vendor.lateLook) {
          await vendor.gate.entered.promise;
          throw new AppError('conflict', 'It is on already.');
        }
        if (vendor.lookFails) throw vendor.lookFails;
        const { version: observed, on: was } = vendor.of(lamp);
        return {
          resource: { kind: 'Lamp', name: lamp },
          observed: { version: observed },
          diff: `${lamp}: ${String(was)} -> ${String(on)}`,
          blast: { lamps: 1 },
          reversible: true,
        };
      },
      async run({ name: lamp, on }, { lamps: vendor, signal, call, prepared, progress }) {
        if (more.slow) {
          vendor.gate.entered.resolve(undefined);
          progress(1, 2, 'waiting');
          await Promise.race([
            vendor.gate.open.promise,
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            }),
          ]);
        }
        if (prepared && prepared.observed['version'] !== vendor.of(lamp).version)
          throw new AppError('conflict', 'The lamp was changed in the meantime.', { details: { reason: 'stale' } });
        vendor.switch(lamp, on, call.id);
        if (vendor.loseAnswers) throw outcomeUnknown('The connection broke after the request went out.', new Error());
        return { data: { name: lamp, on }, summary: `${lamp} is ${on ? 'on' : 'off'}.` };
      },
      undo: ({ name: lamp, on }) => ({ tool: name, input: { name: lamp, on: !on } }),
      verify: ({ name: lamp }, _prepared, callId) => ({ tool: 'lamp.log', input: { name: lamp, call_id: callId } }),
    });

  return defineAdapter({
    name: 'lamp',
    title: 'Lamps',
    settings: z.object({}),
    credential: z.object({}),
    config: z.object({}),
    environmentConnections: () => [],
    connect: ({ endpoint }) => {
      lamps.connectedTo.push(endpoint);
      return { lamps };
    },
    toAppError: () => undefined,
    tools: [
      defineTool({
        name: 'lamp.get',
        title: 'Read a lamp',
        description: 'Read a lamp.',
        effect: 'read',
        timeoutMs: 5_000,
        input: z.strictObject({ name: z.string().min(1), times: z.int().min(1).max(10).default(1) }),
        output: State.extend({ times: z.int() }),
        run: async ({ name, times }, context: Context) => ({
          data: { name, on: context.lamps.of(name).on, times },
          summary: `${name} is ${context.lamps.of(name).on ? 'on' : 'off'}.`,
        }),
      }),
      defineTool({
        name: 'lamp.log',
        title: 'Log',
        description: 'What was done to a lamp by a call.',
        effect: 'read',
        timeoutMs: 5_000,
        input: z.strictObject({ name: z.string(), call_id: z.string() }),
        output: z.object({ calls: z.array(z.string()) }),
        async run({ name, call_id: callId }, { lamps: vendor }: Context) {
          const calls = vendor.log.filter((entry) => entry.name === name && entry.callId === callId);
          return {
            data: { calls: calls.map((entry) => entry.callId) },
            summary: `${String(calls.length)} found.`,
            page: { returned: calls.length, truncated: false },
          };
        },
      }),
      turn('lamp.turn'),
      turn('lamp.turn_slowly', { slow: true }),
      turn('lamp.turn_carefully', { approval: 'always' }),
      defineTool({
        name: 'lamp.wait',
        title: 'Wait',
        description: 'Wait at the gate.',
        effect: 'read',
        timeoutMs: 5_000,
        input: Name,
        output: State,
        async run({ name }, { lamps: vendor, signal }: Context) {
          vendor.gate.entered.resolve(undefined);
          await Promise.race([
            vendor.gate.open.promise,
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            }),
          ]);
          return { data: { name, on: true }, summary: 'The gate is open.' };
        },
      }),
      defineTool({
        name: 'lamp.dump',
        title: 'Dump',
        description: 'Five megabytes.',
        effect: 'read',
        timeoutMs: 20_000,
        input: z.strictObject({ shape: z.enum(['rows', 'blob', 'text', 'lines']).default('rows') }),
        output: z.object({ columns: z.array(z.string()).optional() }).loose(),
        async run({ shape }) {
          const summary = 'A lot.';
          if (shape === 'blob') return { data: { blob: 'b'.repeat(5_000_000) }, summary };
          if (shape === 'text') return { data: {}, summary, text: 't'.repeat(5_000_000) };
          if (shape === 'lines') return { data: {}, summary, text: `${'line\n'.repeat(10_000)}the end` };
          const rows = Array.from({ length: 5_000 }, (_, index) => [index, ROW]);
          return { data: { columns: ['number', 'text'], rows }, summary, page: { returned: 5_000, truncated: false } };
        },
      }),
      defineTool({
        name: 'lamp.say',
        title: 'Say',
        description: 'Says what it is told, or fails with it.',
        effect: 'read',
        timeoutMs: 5_000,
        input: z.strictObject({ text: z.string(), fail: z.boolean().default(false) }),
        output: z.object({ text: z.string() }),
        async run({ text, fail }) {
          if (fail) throw new AppError('upstream_failed', `The vendor said: ${text}`);
          return { data: { text }, summary: 'Said.' };
        },
      }),
    ],
  });
}
