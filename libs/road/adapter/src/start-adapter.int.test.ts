import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Announcement, subjects, ToolRunReply, type ToolDescriptor } from '@devmesh/contracts';
import { connectNatsBus, type Bus } from '@devmesh/bus';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { generateSystemKey, sealTo } from '@devmesh/vault';
import { spawnNotes } from './notes-process.fixtures.ts';

// A process of its own on the real NATS; absent, it fails.
const { privateJwk } = await generateSystemKey();
const url = process.env['TEST_NATS_URL'] ?? '';
let bus: Bus;

beforeAll(async () => {
  if (url === '') throw new Error('TEST_NATS_URL is not set: npm run test:integration');
  bus = await connectNatsBus({
    url,
    name: 'test-door',
    logger: silentLogger(),
    metrics: createMetrics({ service: 'test' }),
  });
});

afterAll(() => bus.close());

test('a process announces itself, opens what is sealed to the key that it announced, answers, and leaves when told', async () => {
  const announced = Promise.withResolvers<Announcement>();
  const stop = await bus.subscribe(subjects.announce('notes'), (payload) => {
    announced.resolve(Announcement.parse(payload));
  });
  const { child, end } = spawnNotes({
    NATS_URL: url,
    ADAPTER_PRIVATE_JWK: JSON.stringify(privateJwk),
    DEVMESH_ORG: 'acme',
    NOTES_PIN: '31415926',
  });
  const { tools, publicJwk, environmentConnections } = await announced.promise;
  expect(publicJwk).not.toHaveProperty('d');
  expect(environmentConnections).toMatchObject([{ organization: 'acme', name: 'default' }]);

  const sealedCredential = await sealTo(publicJwk, '{"pin":"27182818"}');
  const connection = {
    id: 'conn_1',
    name: 'main',
    origin: 'stored',
    environment: 'test',
    settings: {},
    sealedCredential,
  };
  const call = async (tool: ToolDescriptor | undefined, input: Record<string, unknown>) => {
    const message = {
      operation: 'run',
      callId: 'call_1',
      tool: tool?.name,
      organization: { id: 'o', slug: 'o' },
      principal: 'ada',
      connection,
      input,
      remainingMs: 5000,
      schemaHash: tool?.schemaHash,
    };
    return ToolRunReply.parse(
      await bus.request(subjects.call('notes', tool?.name.slice('notes.'.length) ?? ''), message, {
        timeoutMs: 10_000,
      }),
    );
  };
  const named = (name: string) => tools.find((tool) => tool.name === name);
  expect(await call(named('notes.pin'), { text: 'x'.repeat(500_000) })).toMatchObject({ ok: true, connection: 'main' });
  expect(await call(named('notes.pin'), { text: 'y'.repeat(700_000) })).toMatchObject({ ok: true });
  // The answer is longer than one message of NATS.
  const list = await call(named('notes.list'), {});
  expect(list).toMatchObject({ ok: true, output: { page: { total: 2 } } });
  expect(JSON.stringify(list).length).toBeGreaterThan(1024 * 1024);

  child.kill('SIGTERM');
  expect(await end).toEqual({ code: 0, stderr: '' });
  await expect(call(named('notes.list'), {})).rejects.toMatchObject({ code: 'unavailable' });
  await stop();
});
