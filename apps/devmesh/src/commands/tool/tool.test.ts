import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { CallReply } from '@devmesh/contracts';
import {
  emptyFolder,
  errorAnswer,
  run,
  startFakeServer,
  type Answer,
  type FakeServer,
} from '../../cli/cli.fixtures.ts';

const query = {
  name: 'prometheus_query',
  qualified_name: 'prometheus.query',
  title: 'Ask Prometheus',
  description: 'Evaluate PromQL at one instant.',
  input_schema: {
    type: 'object',
    properties: { query: { type: 'string', description: 'PromQL' }, limit: { type: 'integer', default: 50 } },
    required: ['query'],
  },
  inputSchema: {},
  examples: [{ title: 'what is up', input: { query: 'up == 1' } }],
  effect: 'read',
  system: 'prometheus',
  requires_approval: false,
};
const reply: CallReply = {
  success: true,
  status: 'succeeded',
  call_id: 'call_1',
  data: {
    result_type: 'vector',
    columns: ['job', 'value'],
    rows: [
      ['api', 1],
      ['checkout', 0],
    ],
  },
  summary: '2 series.',
  scope: { connection: 'main' },
  hints: ['One of them is down.'],
  duration_ms: 11.6,
};
const pending: CallReply = {
  success: false,
  status: 'approval_pending',
  call_id: 'call_2',
  data: {},
  summary: "prometheus.create_silence waits for a person's approval.",
  approval_id: 'appr_1',
  approval_url: 'http://localhost:8081/approvals/appr_1',
  duration_ms: 5,
};
const EXECUTE = 'POST /api/v1/tools/prometheus_query/execute';

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async (routes: Record<string, () => Answer | undefined>) => (server = await startFakeServer(routes));

test('lists tools aligned, as the server answered, and one a line', async () => {
  const at = await serve({ 'GET /api/v1/tools': () => ({ body: { tools: [query] } }) });
  const text = await run(at, ['tool', 'list', '--all', '--toolset', 'observe,github']);
  expect(text).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^NAME +EFFECT +APPROVAL +TITLE\nprometheus_query +read +Ask Prometheus\n$/),
    stderr: '',
  });
  expect(at.seen[0]).toMatchObject({ query: { all: 'true', toolset: 'observe,github' } });
  expect(JSON.parse((await run(at, ['tool', 'list', '-o', 'json'])).stdout)).toEqual({ tools: [query] });
  expect((await run(at, ['-o', 'jsonl', 'tool', 'list'])).stdout).toBe(`${JSON.stringify(query)}\n`);
});

test('describes a tool with arguments and examples that can be pasted', async () => {
  const at = await serve({ 'GET /api/v1/tools': () => ({ body: { tools: [query] } }) });
  const { stdout } = await run(at, ['tool', 'describe', 'prometheus.query']);
  expect(stdout).toMatch(/query +string +required +PromQL/);
  expect(stdout).toMatch(/limit +integer +default 50/);
  expect(stdout).toContain("devmesh tool call prometheus_query query='up == 1'  # what is up");
});

test('offers the tool that was meant', async () => {
  const at = await serve({ 'GET /api/v1/tools': () => ({ body: { tools: [query] } }) });
  const { code, stderr } = await run(at, ['tool', 'describe', 'promethus_query']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('devmesh tool describe prometheus_query'),
  });
});

test('calls a tool: summary, table and hints as text, the whole reply as JSON', async () => {
  const at = await serve({ [EXECUTE]: () => ({ body: reply }) });
  const text = await run(at, [
    'tool',
    'call',
    'prometheus_query',
    'query=up{job="a=b"}',
    'limit=5',
    'labels:=["a"]',
    '--connection',
    'main',
    '--reason',
    'why',
    '--idempotency-key',
    'k1',
  ]);
  expect(text.stdout).toBe(
    '2 series.\n\nresult_type  vector\n\njob       value\napi       1\ncheckout  0\n\nHint: One of them is down.\n',
  );
  expect(text).toMatchObject({ code: 0, stderr: 'call_1, 12 ms, connection main\n' });
  expect(at.seen[0]).toMatchObject({
    body: { parameters: { query: 'up{job="a=b"}', limit: '5', labels: ['a'] }, connection: 'main', reason: 'why' },
    headers: { 'idempotency-key': 'k1', authorization: expect.stringMatching(/^Bearer devmesh_/) },
  });
  expect(JSON.parse((await run(at, ['tool', 'call', 'prometheus_query', 'query=up', '-o', 'json'])).stdout)).toEqual(
    reply,
  );
});

test('takes arguments as JSON, from a file and from stdin; pairs go over them', async () => {
  const at = await serve({ [EXECUTE]: () => ({ body: reply }) });
  const folder = emptyFolder();
  writeFileSync(join(folder, 'q.json'), '{"query":"from file"}');
  await run(at, ['tool', 'call', 'prometheus_query', '--json', '{"query":"x","limit":1}', 'limit=2']);
  await run(at, ['tool', 'call', 'prometheus_query', '--json', '@q.json'], { folder });
  await run(at, ['tool', 'call', 'prometheus_query', '--json', '-'], { stdin: '{"query":"from stdin"}' });
  expect(at.seen.map(({ body }) => body)).toEqual([
    { parameters: { query: 'x', limit: '2' } },
    { parameters: { query: 'from file' } },
    { parameters: { query: 'from stdin' } },
  ]);
});

test.each([
  [['x'], '"x" is not of the form key=value.'],
  [['a=1', 'a=2'], 'a is given twice.'],
  [['a:=[1'], 'a:= takes JSON'],
  [['--json', '{'], '--json is not valid JSON'],
  [['--json', '[1]'], '--json must be one JSON object.'],
  [['--json', '@nowhere.json'], 'nowhere.json cannot be read (ENOENT)'],
  [['--json', '-', '--api-key-file', '-'], 'cannot both be read from stdin'],
])('refuses %j as wrong usage before anything is sent', async (args, message) => {
  const at = await serve({ [EXECUTE]: () => ({ body: reply }) });
  const { code, stdout, stderr } = await run(at, ['tool', 'call', 'prometheus_query', ...args], { stdin: 'devmesh_x' });
  expect({ code, stdout, sent: at.seen.length }).toEqual({ code: 2, stdout: '', sent: 0 });
  expect(stderr).toContain(message);
  expect(stderr).toContain('Next: ');
});

test('a tool that failed exits 1 with code, message, next step and the call; the reply is still on stdout as JSON', async () => {
  const error = {
    code: 'invalid_input',
    message: 'parse error at char 3',
    suggestion: 'Close the brace.',
    retryable: false,
  } as const;
  const failed: CallReply = { ...reply, success: false, status: 'failed', data: {}, summary: 'failed', error };
  const at = await serve({ [EXECUTE]: () => ({ body: failed }) });
  expect(await run(at, ['tool', 'call', 'prometheus_query', 'query=up{'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'invalid_input: parse error at char 3\n  Next: Close the brace.\n  Call: call_1\n',
  });
  const json = await run(at, ['tool', 'call', 'prometheus_query', 'query=up{', '-o', 'json']);
  expect(JSON.parse(json.stdout)).toEqual(failed);
  expect(JSON.parse(json.stderr)).toEqual({
    error: { code: 'invalid_input', message: error.message, suggestion: error.suggestion, call_id: 'call_1' },
  });
});

test('an unknown outcome is never to be repeated: the next step verifies it', async () => {
  const lost: CallReply = {
    ...reply,
    success: false,
    status: 'outcome_unknown',
    error: { code: 'upstream_failed', message: 'lost', suggestion: 'Use verify_call.', retryable: false },
  };
  const at = await serve({ [EXECUTE]: () => ({ body: lost }) });
  expect((await run(at, ['tool', 'call', 'prometheus_query', 'a=b'])).stderr).toContain('devmesh call verify call_1');
});

test('waiting for a person exits 8 with the link on stderr', async () => {
  const at = await serve({ [EXECUTE]: () => ({ status: 202, body: pending }) });
  const text = await run(at, ['tool', 'call', 'prometheus_query', 'a=b']);
  expect(text).toMatchObject({ code: 8, stdout: '' });
  expect(text.stderr).toContain('http://localhost:8081/approvals/appr_1');
  expect(text.stderr).toContain('Next: devmesh call wait call_2');
  const json = await run(at, ['tool', 'call', 'prometheus_query', 'a=b', '-o', 'json']);
  expect(JSON.parse(json.stdout)).toEqual(pending);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'approval_pending', call_id: 'call_2' } });
});

test('--wait shows the link and waits through both states until the outcome', async () => {
  const states: CallReply[] = [pending, { ...pending, status: 'dispatched' }, { ...reply, call_id: 'call_2' }];
  const at = await serve({
    [EXECUTE]: () => ({ status: 202, body: pending }),
    'GET /api/v1/calls/call_2': () => ({ body: states.shift() }),
  });
  const { code, stdout, stderr } = await run(at, ['tool', 'call', 'prometheus_query', 'a=b', '--wait']);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Waiting for a person's decision: http:.*appr_1\ncall_2/),
  });
  expect(stdout).toContain('2 series.');
  expect(at.seen.slice(1).map((each) => each.query['wait_seconds'])).toEqual(['30', '30', '30']);
});

test('--wait with --timeout ends as waiting when nobody decided in time', async () => {
  const at = await serve({
    [EXECUTE]: () => ({ status: 202, body: pending }),
    'GET /api/v1/calls/call_2': () => ({ body: pending }),
  });
  const { code, stderr } = await run(at, ['tool', 'call', 'prometheus_query', 'a=b', '--wait', '--timeout', '0.2']);
  expect({ code, stderr }).toMatchObject({ code: 8, stderr: expect.stringContaining('devmesh call wait call_2') });
  expect(at.seen[0]?.body).toMatchObject({ timeout_ms: 200 });
});

test('Ctrl-C ends the waiting with 130 and says that the call goes on', async () => {
  const controller = new AbortController();
  const at = await serve({
    [EXECUTE]: () => ({ status: 202, body: pending }),
    'GET /api/v1/calls/call_2': () => {
      controller.abort();
      return undefined;
    },
  });
  const { code, stderr } = await run(at, ['tool', 'call', 'prometheus_query', 'a=b', '--wait'], {
    interruption: controller.signal,
  });
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('devmesh call wait call_2') });
});

test('an unknown tool is the server’s 404, with its next step and request id', async () => {
  const at = await serve({
    'POST /api/v1/tools/promql/execute': () =>
      errorAnswer(404, 'not_found', 'There is no tool promql.', { suggestion: 'Did you mean prometheus_query?' }),
  });
  expect(await run(at, ['tool', 'call', 'promql'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'not_found: There is no tool promql.\n  Next: Did you mean prometheus_query?\n  Request: req_1\n',
  });
});

test('what a tool brings back cannot steer the terminal', async () => {
  const nasty: CallReply = {
    ...reply,
    summary: '\u001b[2J\u001b]0;owned\u0007hello\u009b31m',
    data: { text: 'a\u001b[31mb', lines: 'x\r\n\u0008y' },
  };
  const at = await serve({ [EXECUTE]: () => ({ body: nasty }) });
  for (const format of ['text', 'json', 'jsonl']) {
    const { stdout } = await run(at, ['tool', 'call', 'prometheus_query', 'a=b', '-o', format]);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(stdout).toContain('hello');
  }
});
