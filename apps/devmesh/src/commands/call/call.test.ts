import { afterEach, expect, test } from '@jest/globals';
import type { CallReply } from '@devmesh/contracts';
import { errorAnswer, run, startFakeServer, type FakeServer, type Routes } from '../../cli/cli.fixtures.ts';

const call = {
  id: 'call_1',
  tool: 'prometheus.create_silence',
  system: 'prometheus',
  effect: 'write',
  state: 'succeeded',
  requester: 'ci',
  connection: 'main',
  input: { duration_minutes: 30 },
  undo_of: null,
  can_undo: true,
  door: 'rest',
  request_id: 'req_1',
  created_at: '2026-05-04T11:00:00.000Z',
  finished_at: '2026-05-04T11:00:01.000Z',
  duration_ms: 41.2,
};
const reply: CallReply = {
  success: true,
  status: 'succeeded',
  call_id: 'call_1',
  data: { silence_id: 'abc' },
  summary: 'Silenced.',
  duration_ms: 41,
};

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async (routes: Routes) => (server = await startFakeServer(routes));

test('lists calls with filters; what is a duration becomes a time', async () => {
  const at = await serve({
    'GET /api/v1/calls': () => ({ body: { data: [call], next_cursor: 'abc', has_more: true } }),
  });
  const { stdout, stderr, code } = await run(at, [
    'call',
    'list',
    '--from',
    '2h',
    '--to',
    '2026-05-04T11:30:00',
    '--state',
    'succeeded',
    '--tool',
    'prometheus.create_silence',
    '--limit',
    '1',
  ]);
  expect(stdout).toMatch(
    /^ID +STATE +TOOL +WHEN +MS +BY\ncall_1 +succeeded +prometheus.create_silence +2026-05-04T11:00:00.000Z +41 +ci\n$/,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'There are more: --cursor abc\n' });
  expect(at.seen[0]?.query).toEqual({
    from: '2026-05-04T10:00:00.000Z',
    to: '2026-05-04T11:30:00.000Z',
    state: 'succeeded',
    tool: 'prometheus.create_silence',
    limit: '1',
  });
});

test('a page is one document as json, and its items with the cursor on stderr as jsonl', async () => {
  const page = { data: [call, call], next_cursor: 'abc', has_more: true };
  const at = await serve({ 'GET /api/v1/calls': () => ({ body: page }) });
  const json = await run(at, ['call', 'list', '-o', 'json']);
  expect({ ...json, stdout: JSON.parse(json.stdout) as unknown }).toEqual({ code: 0, stdout: page, stderr: '' });
  const lines = await run(at, ['call', 'list', '-o', 'jsonl']);
  expect(
    lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([call, call]);
  expect(JSON.parse(lines.stderr)).toMatchObject({ next_cursor: 'abc' });
});

test.each([
  ['--state', 'nonsense'],
  ['--from', 'yesterday'],
  ['--limit', '0'],
  ['--limit', '1.5'],
  ['--limit', ''],
])('refuses %s %j', async (...args) => {
  expect(await run({ url: 'http://localhost:1' }, ['call', 'list', ...args])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(args[0] ?? ''),
  });
});

test('shows a call, and how to take it back', async () => {
  const at = await serve({ 'GET /api/v1/calls/call_1': () => ({ body: { ...reply, call } }) });
  const { stdout, code } = await run(at, ['call', 'show', 'call_1']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/can be undone +devmesh call undo call_1/);
  expect(stdout).toMatch(/Silenced\.\n\nsilence_id +abc/);
  expect(JSON.parse((await run(at, ['call', 'show', 'call_1', '-o', 'json'])).stdout)).toEqual({ ...reply, call });
});

test('waits for a call and exits by how it ended', async () => {
  const refused: CallReply = {
    ...reply,
    success: false,
    status: 'refused',
    data: {},
    error: { code: 'forbidden', message: 'A person refused this call.', suggestion: 'Ask them why.', retryable: false },
  };
  const answers = [{ ...reply, success: false, status: 'awaiting_approval' }, refused];
  const at = await serve({ 'GET /api/v1/calls/call_1': () => ({ body: answers.shift() }) });
  expect(await run(at, ['call', 'wait', 'call_1'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('forbidden: A person refused this call.\n  Next: Ask them why.'),
  });
});

test('cancels, in text and JSON', async () => {
  const at = await serve({
    'POST /api/v1/calls/call_1/cancel': () => ({ status: 202, body: { call_id: 'call_1', state: 'cancelling' } }),
  });
  expect((await run(at, ['call', 'cancel', 'call_1'])).stdout).toBe('call_1 is cancelling.\n');
  expect((await run(at, ['call', 'cancel', 'call_1', '-o', 'jsonl'])).stdout).toBe(
    '{"call_id":"call_1","state":"cancelling"}\n',
  );
});

test('a conflict that names no next step gets one', async () => {
  const at = await serve({
    'POST /api/v1/calls/call_1/cancel': () =>
      errorAnswer(409, 'conflict', 'The call call_1 has ended: succeeded.', { details: { state: 'succeeded' } }),
  });
  const { code, stderr } = await run(at, ['call', 'cancel', 'call_1', '-o', 'json']);
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'conflict',
      message: 'The call call_1 has ended: succeeded.',
      suggestion: 'See how it is now: devmesh call show call_1',
      details: { state: 'succeeded' },
      request_id: 'req_1',
    },
  });
});

test('takes a call back under a key that makes a repeat harmless', async () => {
  const at = await serve({
    'POST /api/v1/calls/call_1/undo': () => ({
      body: { ...reply, call_id: 'call_3', summary: 'Expired the silence.' },
    }),
  });
  expect(await run(at, ['call', 'undo', 'call_1', '--idempotency-key', 'u1'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Expired the silence.'),
    stderr: expect.stringContaining('call_3'),
  });
  expect(at.seen[0]?.headers['idempotency-key']).toBe('u1');
});

test('verify exits 1 when the call did not take effect', async () => {
  const settled = {
    ...reply,
    success: false,
    status: 'failed',
    error: { code: 'upstream_failed', message: 'prometheus.create_silence did not take effect.', retryable: true },
  };
  const at = await serve({ 'POST /api/v1/calls/call_1/verify': () => ({ body: settled }) });
  expect(await run(at, ['call', 'verify', 'call_1'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did not take effect'),
  });
});

test('an id goes into the address as one part of it', async () => {
  const at = await serve({});
  await run(at, ['call', 'show', '../api-keys?x']);
  expect(at.seen[0]?.path).toBe('/api/v1/calls/..%2Fapi-keys%3Fx');
});
