import { defineAdapter, defineTool, serveAdapter, type ToolContext } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { silentLogger } from '@devmesh/runtime';
import { generateSystemKey } from '@devmesh/vault';
import { z } from 'zod';
import type { Rest, Tenant } from './rest.fixtures.ts';

type Context = ToolContext & { token: string | undefined };

export const TOKEN = 'token-of-the-lamps';

/** A system in small, with a vendor that counts; `serveLamps` makes it known to the door. */
export function createLamps() {
  const lit = new Map<string, boolean>();
  const vendor = { lit, switches: 0, isDown: false, tokens: new Set<string | undefined>() };
  const assertUp = () => {
    if (vendor.isDown) throw new AppError('unavailable', 'The lamps do not answer.');
  };

  const list = defineTool({
    name: 'lamp.list_lamps',
    title: 'List lamps',
    description: 'List the lamps.',
    effect: 'read',
    timeoutMs: 5_000,
    input: z.strictObject({ limit: z.int().min(1).max(100).default(10) }),
    output: z.object({ lamps: z.array(z.string()) }),
    async run(_input, { token }: Context) {
      assertUp();
      vendor.tokens.add(token);
      return { data: { lamps: [...lit.keys()] }, summary: `${String(lit.size)} lamps.` };
    },
  });
  const get = defineTool({
    name: 'lamp.get_lamp',
    title: 'Read a lamp',
    description: 'Read one lamp.',
    effect: 'read',
    timeoutMs: 5_000,
    input: z.strictObject({ name: z.string().min(1).describe('Which.') }),
    output: z.object({ name: z.string(), on: z.boolean() }),
    examples: [{ input: { name: 'hall' } }],
    async run({ name }, _context: Context) {
      const on = lit.get(name);
      if (on === undefined) throw new AppError('not_found', `There is no lamp ${name}.`, { suggestion: 'List them.' });
      return { data: { name, on }, summary: `${name} is ${on ? 'on' : 'off'}.` };
    },
  });
  const dump = defineTool({
    name: 'lamp.dump_log',
    title: 'Dump',
    description: 'Everything that was ever done, one line each.',
    effect: 'read',
    timeoutMs: 5_000,
    input: z.strictObject({ rows: z.int().min(1).max(10_000) }),
    output: z.object({ lines: z.array(z.string()) }),
    run: async ({ rows }, _context: Context) => ({
      data: { lines: Array.from({ length: rows }, (_, n) => `line ${String(n)} ${'x'.repeat(60)}`) },
      summary: `${String(rows)} lines.`,
    }),
  });
  const turn = defineTool({
    name: 'lamp.turn_lamp',
    title: 'Turn a lamp',
    description: 'Turn a lamp on or off. A person approves first.',
    effect: 'write',
    approval: 'always',
    timeoutMs: 5_000,
    input: z.strictObject({ name: z.string().min(1), on: z.boolean() }),
    output: z.object({ name: z.string(), on: z.boolean() }),
    async prepare({ name, on }, _context: Context) {
      const was = lit.get(name) ?? false;
      return {
        resource: { kind: 'Lamp', name },
        observed: { was },
        diff: `${name}: ${String(was)} -> ${String(on)} <b>`,
        blast: { lamps: 1 },
        reversible: true,
      };
    },
    async run({ name, on }, _context) {
      lit.set(name, on);
      vendor.switches += 1;
      return { data: { name, on }, summary: `${name} is ${on ? 'on' : 'off'}.` };
    },
    undo: ({ name, on }) => ({ tool: 'lamp.turn_lamp', input: { name, on: !on } }),
  });

  const adapter = defineAdapter({
    name: 'lamp',
    title: 'Lamps',
    settings: z.strictObject({ shelf: z.string().default('top') }),
    credential: z.union([z.strictObject({ token: z.string() }), z.strictObject({})]),
    config: z.object({}),
    environmentConnections: () => [],
    connect: ({ credential }) => ({ token: credential && 'token' in credential ? credential.token : undefined }),
    toAppError: () => undefined,
    tools: [list, get, dump, turn],
  });
  return { vendor, adapter };
}
export type Lamps = ReturnType<typeof createLamps>;

/** Serves the lamps over the bus; resolves when the door knows them. */
export async function serveLamps(rest: Rest, { adapter }: Lamps = createLamps()): Promise<() => Promise<void>> {
  const heard = Promise.withResolvers<undefined>();
  const forget = rest.road.systems.onChange(() => heard.resolve(undefined));
  const stop = await serveAdapter(adapter, {
    bus: rest.bus,
    systemKey: await generateSystemKey(),
    config: {},
    organizationSlug: '',
    appVersion: '0.0.1',
    logger: silentLogger(),
    clock: rest.clock,
    repeat: () => () => {},
  });
  await heard.promise;
  forget();
  return stop;
}

/** Connects the tenant to the lamps. */
export async function connectLamps({ api }: Tenant, name = 'main'): Promise<string> {
  const connection = { system: 'lamp', name, endpoint: 'http://lamps.test', credential: { token: TOKEN } };
  const { status, body } = await api.post('/api/v1/connections', connection);
  if (status !== 201) throw new Error(`not connected: ${JSON.stringify(body)}`);
  return String(body.id);
}
