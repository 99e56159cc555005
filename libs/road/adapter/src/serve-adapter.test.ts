import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Announcement, subjects, ToolRunReply } from '@devmesh/contracts';
import { createMemoryBus, type Bus, type Progress } from '@devmesh/bus';
import { createMetrics, currentTraceId, silentLogger, systemClock } from '@devmesh/runtime';
import { generateSystemKey, sealTo } from '@devmesh/vault';
import type { Adapter, OpenConnection } from './define-adapter.ts';
import type { Tool } from './define-tool.ts';
import { describeTool } from './describe-tool.ts';
import { board, listNotes, notesAdapter, pinNote, type NotesClients } from './notes.fixtures.ts';
import { serveAdapter, type ServeOptions } from './serve-adapter.ts';

const systemKey = await generateSystemKey();
const stored = {
  id: 'conn_1',
  name: 'main',
  origin: 'stored' as const,
  environment: 'test',
  settings: {},
  sealedCredential: await sealTo(systemKey.publicJwk, '{"pin":"31415926"}'),
};
const fromEnvironment = { id: 'env', name: 'default', origin: 'environment' as const, environment: 'home' };

let bus: Bus;
let stops: (() => Promise<void>)[];

beforeEach(() => {
  bus = createMemoryBus({ logger: silentLogger(), metrics: createMetrics({ service: 'test' }) });
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await bus.close();
});

async function serving(adapter: Adapter<NotesClients>, options: Partial<ServeOptions> = {}) {
  const stop = await serveAdapter(adapter, {
    bus,
    systemKey,
    config: { NOTES_PIN: '27182818' },
    organizationSlug: 'acme',
    appVersion: '1.2.3',
    logger: silentLogger(),
    clock: systemClock,
    ...options,
  });
  stops.push(stop);
  return stop;
}

interface Message {
  tool?: Pick<Tool, 'name'>;
  input?: Record<string, unknown>;
  connection?: unknown;
  slug?: string;
  more?: Record<string, unknown>;
}

async function call(
  { tool = listNotes, input = {}, connection = stored, slug = 'acme', more = {} }: Message = {},
  onProgress?: (progress: Progress) => void,
) {
  const { schemaHash } = describeTool(tool as Tool, 'notes', true);
  const organization = { id: `org_${slug}`, slug };
  const message = {
    operation: 'run',
    callId: 'call_1',
    tool: tool.name,
    organization,
    principal: 'ada',
    connection,
    input,
    remainingMs: 5000,
    schemaHash,
    ...more,
  };
  return ToolRunReply.parse(
    await bus.request(subjects.call('notes', tool.name.slice('notes.'.length)), message, {
      timeoutMs: 10_000,
      onProgress,
    }),
  );
}

/** The adapter, remembering with what it was asked to connect. */
function watched() {
  const opened: OpenConnection[] = [];
  const connect = (connection: OpenConnection) => {
    opened.push(connection);
    return { notes: board(['buy milk']) };
  };
  return { adapter: { ...notesAdapter, connect } as Adapter<NotesClients>, opened };
}

test('announces itself at start, when asked, and whenever its time comes; not after it was stopped', async () => {
  const heard: Announcement[] = [];
  await bus.subscribe(subjects.announceAll, (payload) => void heard.push(Announcement.parse(payload)));
  const times: { fn: () => void; everyMs: number }[] = [];
  const repeat = (fn: () => void, everyMs: number) => {
    times.push({ fn, everyMs });
    return () => void times.pop();
  };
  const stop = await serving(notesAdapter, { repeat });
  await until(() => heard.length === 1);
  bus.publish(subjects.catalogAsk, {});
  await until(() => heard.length === 2);
  times[0]?.fn();
  await until(() => heard.length === 3);
  expect(times[0]?.everyMs).toBe(10_000);
  expect(new Set(heard.map(({ instance }) => instance)).size).toBe(1);

  await stop();
  expect(times).toEqual([]);
  await expect(call()).rejects.toMatchObject({ code: 'unavailable' });
});

test('announces its environment without credentials, and nothing of it where it belongs to nobody', async () => {
  const heard: Announcement[] = [];
  await bus.subscribe(subjects.announceAll, (payload) => void heard.push(Announcement.parse(payload)));
  await serving(notesAdapter);
  await serving(notesAdapter, { organizationSlug: '' });
  await until(() => heard.length === 2);
  expect(heard[0]?.environmentConnections).toEqual([
    {
      organization: 'acme',
      name: 'default',
      environment: 'home',
      endpoint: 'http://board/',
      settings: { board: 'kitchen' },
    },
  ]);
  expect(heard[1]?.environmentConnections).toEqual([]);
  expect(JSON.stringify(heard)).not.toMatch(/27182818|hunter22/);
});

test('opens the credential that was sealed to it, and fills in the settings', async () => {
  const { adapter, opened } = watched();
  await serving(adapter);
  expect(await call()).toMatchObject({ ok: true, connection: 'main', output: { summary: '1 notes.' } });
  expect(opened).toEqual([
    {
      name: 'main',
      environment: 'test',
      endpoint: undefined,
      settings: { board: 'kitchen' },
      credential: { pin: '31415926' },
    },
  ]);
});

test('keeps the clients of a connection until anything of it changes', async () => {
  const { adapter, opened } = watched();
  await serving(adapter);
  await call();
  await call();
  expect(opened).toHaveLength(1);
  await call({ connection: { ...stored, settings: { board: 'office' } } });
  await call({ slug: 'other' });
  expect(opened).toHaveLength(3);
});

test.each([
  [
    'sealed to another key',
    async () => ({ ...stored, sealedCredential: await sealTo((await generateSystemKey()).publicJwk, '{}') }),
    'cannot be opened by this adapter',
  ],
  [
    'in another form',
    async () => ({ ...stored, sealedCredential: await sealTo(systemKey.publicJwk, '{"pin":1}') }),
    'credential of connection "main" do not fit this version of the adapter: pin',
  ],
])('a credential %s is said to be so', async (_, connection, message) => {
  await serving(watched().adapter);
  expect(await call({ connection: await connection() })).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringContaining(message), retryable: false },
  });
});

test('settings that no longer fit are named', async () => {
  await serving(watched().adapter);
  expect(await call({ connection: { ...stored, settings: { board: 5 } } })).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringContaining('board') },
  });
});

test('the connection of the environment serves its own organisation and no other', async () => {
  const { adapter, opened } = watched();
  await serving(adapter);
  expect(await call({ connection: fromEnvironment })).toMatchObject({ ok: true });
  expect(opened[0]?.credential).toEqual({ pin: '27182818' });
  expect(await call({ connection: fromEnvironment, slug: 'other' })).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: 'No connection to notes is configured.' },
  });
  expect(await call({ connection: { ...fromEnvironment, name: 'another' } })).toMatchObject({
    ok: false,
    error: { code: 'unavailable' },
  });
});

test('a call without a connection, of an unknown tool, or that is no call gets an answer', async () => {
  await serving(notesAdapter);
  expect(await call({ more: { connection: undefined } })).toMatchObject({
    error: { code: 'unavailable', suggestion: expect.stringContaining('POST /api/v1/connections') },
  });
  expect(await call({ more: { tool: 'notes.burn' } })).toMatchObject({ error: { code: 'not_found' } });
  expect(await call({ more: { remainingMs: 'soon' } })).toMatchObject({ error: { code: 'invalid_input' } });
});

test('a write that was made for another version of the tool is not run; a read is checked by its parse', async () => {
  let pinned = 0;
  const notes = { ...board([]), pin: () => Promise.resolve(void pinned++) };
  await serving({ ...notesAdapter, connect: () => ({ notes }) } as Adapter<NotesClients>);
  const more = { schemaHash: 'of another version' };
  const refused = await call({ tool: pinNote, input: { text: 'x' }, more });
  expect(refused).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
  expect(refused).not.toHaveProperty('outcomeUnknown');
  expect(pinned).toBe(0);
  expect(await call({ more })).toMatchObject({ ok: true });
});

test('progress reaches the caller, cut where it is too long for the bus', async () => {
  const tool = {
    ...listNotes,
    run: (...args: Parameters<typeof listNotes.run>) => (
      args[1].progress(1, 3, 'x'.repeat(2_000_000)),
      listNotes.run(...args)
    ),
  };
  await serving({ ...watched().adapter, tools: [tool] });
  const heard: Progress[] = [];
  expect(await call({}, (progress) => void heard.push(progress))).toMatchObject({ ok: true });
  expect(heard).toMatchObject([
    { progress: 1, total: 3, message: 'x'.repeat(1000) },
    { progress: 0, total: 1 },
  ]);
});

test('runs in the trace of the call', async () => {
  const traces: (string | undefined)[] = [];
  const notes = { ...board([]), list: () => Promise.resolve([String(traces.push(currentTraceId()))]) };
  await serving({ ...notesAdapter, connect: () => ({ notes }) } as Adapter<NotesClients>);
  await call({ more: { trace: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } } });
  await call();
  expect(traces[0]).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(traces[1]).not.toBe(traces[0]);
});

test('a client that cannot be made is a neutral answer with an id', async () => {
  const connect = () => {
    throw new Error('no such board');
  };
  await serving({ ...notesAdapter, connect } as Adapter<NotesClients>);
  const reply = await call({ tool: pinNote, input: { text: 'x' } });
  expect(reply).toMatchObject({ ok: false, error: { code: 'internal', message: expect.stringMatching(/err_/) } });
  expect(reply).not.toHaveProperty('outcomeUnknown');
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}
