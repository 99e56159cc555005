import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { ContextView } from '@devmesh/memory';
import { emptyFolder, run, startFakeServer, type FakeServer, type Routes } from '../../cli/cli.fixtures.ts';

const context: ContextView = {
  id: 'inc-42',
  user_id: 'alice',
  agent_id: null,
  model_id: null,
  session_id: null,
  name: 'Checkout down',
  metadata: { type: 'incident', messages: [{ role: 'user', content: 'x' }] },
  version: 3,
  message_count: 2,
  size_bytes: 120,
  max_tokens: null,
  created_at: '2026-05-04T10:00:00.000Z',
  updated_at: '2026-05-04T11:00:00.000Z',
  expires_at: null,
};

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async (routes: Routes) => (server = await startFakeServer(routes));
const CREATE = 'POST /api/v1/contexts';

test('makes a context; only what was given is sent', async () => {
  const at = await serve({ [CREATE]: () => ({ status: 201, body: { ...context, data: context } }) });
  const args = [
    'context',
    'create',
    '--id',
    'inc-42',
    '--name',
    'Checkout down',
    '--user',
    'alice',
    '--agent',
    'a',
    '--model',
    'm',
    '--session',
    's',
    '--ttl-seconds',
    '60',
  ];
  const { code, stdout } = await run(at, [
    ...args,
    '--metadata',
    'type=incident',
    '--metadata',
    'severity:=2',
    '--content',
    'it broke',
    '--idempotency-key',
    'c1',
  ]);
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^id +inc-42\nname +Checkout down\n/),
  });
  expect(stdout).toContain('{"type":"incident","messages":"1 of them"}');
  expect(at.seen[0]).toMatchObject({
    headers: { 'idempotency-key': 'c1' },
    body: {
      id: 'inc-42',
      name: 'Checkout down',
      user_id: 'alice',
      agent_id: 'a',
      model_id: 'm',
      session_id: 's',
      ttl_seconds: 60,
      content: 'it broke',
      metadata: { type: 'incident', severity: 2 },
    },
  });
  await run(at, ['context', 'create']);
  expect(at.seen[1]?.body).toEqual({});
});

test('content comes from a text, a file or a pipe; JSON messages are messages, other JSON is text', async () => {
  const at = await serve({ [CREATE]: () => ({ status: 201, body: context }) });
  const folder = emptyFolder();
  writeFileSync(join(folder, 'log.txt'), '{"level":"error"}\n');
  const messages = [{ role: 'user', content: 'hi' }];
  await run(at, ['context', 'create', '--content', '-', '--metadata', '{"a":{"b":1}}'], {
    stdin: JSON.stringify(messages),
  });
  await run(at, ['context', 'create', '--content', '@log.txt'], { folder });
  expect(at.seen.map(({ body }) => body)).toEqual([
    { content: messages, metadata: { a: { b: 1 } } },
    { content: '{"level":"error"}\n' },
  ]);
});

test('reads a context with its messages, one JSON document as the server gave it', async () => {
  const full = {
    ...context,
    content: [
      { role: 'user', content: 'why?' },
      { role: 'assistant', content: [{ type: 'text', text: 'pool' }] },
    ],
  };
  const at = await serve({ 'GET /api/v1/contexts/inc-42': () => ({ body: { ...full, data: full } }) });
  const { stdout } = await run(at, [
    'context',
    'get',
    'inc-42',
    '--messages',
    '--relevant-to',
    'why',
    '--max-tokens',
    '9',
  ]);
  expect(stdout).toContain('user: why?');
  expect(stdout).toContain('assistant: [{"type":"text","text":"pool"}]');
  expect(at.seen[0]?.query).toEqual({ include_content: 'true', relevant_to: 'why', max_tokens: '9' });
  expect(JSON.parse((await run(at, ['context', 'get', 'inc-42', '-o', 'json'])).stdout)).toEqual({
    ...full,
    data: full,
  });
});

test('lists contexts by metadata', async () => {
  const at = await serve({
    'GET /api/v1/contexts': () => ({ body: { data: [context], next_cursor: null, has_more: false } }),
  });
  const { stdout } = await run(at, [
    'context',
    'list',
    '--metadata',
    'type=incident',
    '--user',
    'alice',
    '--updated-after',
    '1d',
  ]);
  expect(stdout).toMatch(/inc-42 +2 +2026-05-04T11:00:00.000Z +alice +Checkout down/);
  expect(at.seen[0]?.query).toEqual({
    'metadata.type': 'incident',
    user_id: 'alice',
    updated_after: '2026-05-03T12:00:00.000Z',
  });
  expect((await run(at, ['context', 'list', '-o', 'jsonl'])).stdout).toBe(`${JSON.stringify(context)}\n`);
});

test('appends a text as whoever says it, or messages as they are', async () => {
  const answer = {
    context_id: 'inc-42',
    appended: 1,
    first_sequence: 2,
    last_sequence: 2,
    message_count: 3,
    version: 4,
  };
  const at = await serve({ 'POST /api/v1/contexts/inc-42/messages': () => ({ status: 201, body: answer }) });
  expect((await run(at, ['context', 'append', 'inc-42', 'the pool', '--role', 'assistant'])).stdout).toBe(
    'Appended 1 to inc-42; it has 3 now.\n',
  );
  expect(
    (await run(at, ['context', 'append', 'inc-42', '-', '-o', 'jsonl'], { stdin: '[{"role":"tool","x":1}]' })).stdout,
  ).toBe(`${JSON.stringify(answer)}\n`);
  expect(at.seen.map(({ body }) => body)).toEqual([
    { role: 'assistant', content: 'the pool' },
    [{ role: 'tool', x: 1 }],
  ]);
  expect(await run(at, ['context', 'append', 'inc-42', '[{"role":"tool","x":1}]', '--role', 'user'])).toMatchObject({
    code: 2,
  });
});

test('deletes', async () => {
  const at = await serve({ 'DELETE /api/v1/contexts/conv%2F1': () => ({ status: 204 }) });
  expect((await run(at, ['context', 'delete', 'conv/1'])).stdout).toBe('conv/1 is deleted.\n');
  expect(JSON.parse((await run(at, ['context', 'delete', 'conv/1', '-o', 'json'])).stdout)).toEqual({
    id: 'conv/1',
    deleted: true,
  });
});
