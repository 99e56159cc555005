import { afterEach, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { clientsOf, json, startUpstream, text, type FakeUpstream } from './fake-upstream.fixtures.ts';
import { callTool, prepareTool, SILENCE_ID } from './prometheus.fixtures.ts';
import { createSilence } from './tools/create-silence.ts';
import { expireSilence } from './tools/expire-silence.ts';
import { firingAlerts } from './tools/firing-alerts.ts';
import { query } from './tools/query.ts';

const up = { query: 'up' };
const thirtyMinutes = {
  matchers: [{ name: 'service', value: 'checkout' }],
  duration_minutes: 30,
  reason: 'rolling out 1.4',
};
const HTML = '<html><body>Bad gateway</body></html>';

let upstream: FakeUpstream | undefined;

async function facing(answer: RequestListener): Promise<FakeUpstream> {
  return (upstream = await startUpstream(answer));
}

afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

test.each<[string, RequestListener, string, string]>([
  [
    'its own error',
    json(400, { status: 'error', errorType: 'bad_data', error: 'parse error' }),
    'invalid_input',
    'Prometheus refused: parse error.',
  ],
  [
    'that it gave up',
    json(503, { status: 'error', errorType: 'timeout', error: 'query timed out' }),
    'timeout',
    'Prometheus gave up: query timed out.',
  ],
  [
    'too many samples',
    json(422, { status: 'error', errorType: 'execution', error: 'too many samples' }),
    'invalid_input',
    'Prometheus refused: too many samples.',
  ],
  [
    '401 with a page',
    text(401, 'text/html', HTML),
    'forbidden',
    "Prometheus refused the connection's credential: Prometheus answered 401.",
  ],
  [
    '429',
    text(429, 'text/plain', 'slow down'),
    'rate_limited',
    'Prometheus asks to slow down: Prometheus answered 429.',
  ],
  [
    '500',
    json(500, { status: 'error', errorType: 'internal', error: 'storage is broken' }),
    'unavailable',
    'Prometheus is there but cannot answer: storage is broken.',
  ],
  [
    '502 with a page',
    text(502, 'text/html', HTML),
    'unavailable',
    'Prometheus is there but cannot answer: Prometheus answered 502.',
  ],
  [
    'a page',
    text(200, 'text/html; charset=utf-8', HTML),
    'upstream_failed',
    'Prometheus answered with something that is not JSON (text/html).',
  ],
  [
    'a page that is not there',
    text(404, 'text/plain', '404 page not found'),
    'upstream_failed',
    'Prometheus has no such page (404, text/plain).',
  ],
  [
    'broken JSON',
    text(200, 'application/json', '{"status":"succ'),
    'upstream_failed',
    'Prometheus answered with something that is not JSON (application/json).',
  ],
  [
    'JSON of something else',
    json(200, { hello: 'world' }),
    'upstream_failed',
    "Prometheus answered in a form that is not its API's.",
  ],
  [
    'nothing',
    text(200, 'application/json', ''),
    'upstream_failed',
    "Prometheus answered in a form that is not its API's.",
  ],
])('Prometheus answers %s', async (_what, answer, code, message) => {
  const { url } = await facing(answer);
  const reply = await callTool(query, up, clientsOf(url));
  expect(reply).toMatchObject({ ok: false, error: { code, message } });
  expect(reply).not.toHaveProperty('outcomeUnknown');
});

test('down: it says who cannot be reached', async () => {
  const { url, close } = await facing(json(200, {}));
  await close();
  upstream = undefined;
  const down = {
    ok: false,
    error: {
      code: 'unavailable',
      message: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/),
      retryable: true,
    },
  };
  expect(await callTool(query, up, clientsOf(url))).toMatchObject(down);
  const write = await callTool(createSilence, thirtyMinutes, clientsOf(url));
  expect(write).toMatchObject(down);
  // It never went out, so nothing is in doubt.
  expect(write).not.toHaveProperty('outcomeUnknown');
});

test.each([
  ['a name that nobody knows', 'http://alertmanager.invalid:9093'],
  ['a port that `fetch` refuses by itself', 'http://127.0.0.1:9'],
])('%s has not been reached either', async (_what, url) => {
  const write = await callTool(createSilence, thirtyMinutes, clientsOf(url));
  expect(write).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  expect(write).not.toHaveProperty('outcomeUnknown');
});

test('a redirect is not followed: the credential would go along', async () => {
  const elsewhere = await startUpstream(json(200, {}));
  const { url } = await facing((_request, response) => response.writeHead(302, { location: elsewhere.url }).end());
  const reply = await callTool(query, up, clientsOf(url, {}, { token: 'tok-0123456789' }));
  expect(reply).toMatchObject({
    ok: false,
    error: {
      code: 'upstream_failed',
      message: expect.stringContaining('redirect'),
      suggestion: expect.stringContaining('URL'),
    },
  });
  expect(elsewhere.asked).toEqual([]);
  await elsewhere.close();
});

test('the credential goes out in its header, for either form', async () => {
  const seen: (string | undefined)[] = [];
  const { url } = await facing((request, response) => {
    seen.push(request.headers.authorization);
    json(200, { status: 'success', data: { resultType: 'vector', result: [] } })(request, response);
  });
  for (const credential of [{ token: 'abc' }, { username: 'ada', password: 'pässword' }, {}])
    await callTool(query, up, clientsOf(url, {}, credential));
  expect(seen).toEqual(['Bearer abc', `Basic ${Buffer.from('ada:pässword').toString('base64')}`, undefined]);
});

test('a base URL may have a path of its own', async () => {
  const { url, asked } = await facing(json(200, { status: 'success', data: { resultType: 'vector', result: [] } }));
  await callTool(query, up, clientsOf(`${url}/prometheus/`));
  expect(asked).toEqual(['GET /prometheus/api/v1/query']);
});

test('slow: the caller is told in time, and the socket is closed', async () => {
  const { url, abandoned } = await facing(() => undefined);
  const reply = await callTool(query, up, { ...clientsOf(url), signal: AbortSignal.timeout(100) });
  expect(reply).toMatchObject({ ok: false, error: { code: 'timeout' } });
  expect(await abandoned).toBe('GET /api/v1/query');
});

test('cancelled in the middle of an answer: the socket is closed', async () => {
  const caller = new AbortController();
  const { url, abandoned } = await facing((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"status":');
    setImmediate(() => {
      caller.abort();
    });
  });
  const reply = await callTool(query, up, { ...clientsOf(url), signal: caller.signal });
  expect(reply).toMatchObject({ ok: false, error: { code: 'timeout', message: expect.stringContaining('cancelled') } });
  expect(await abandoned).toBe('GET /api/v1/query');
});

test('a write whose time runs out may have been done', async () => {
  const { url, abandoned } = await facing(() => undefined);
  const reply = await callTool(createSilence, thirtyMinutes, { ...clientsOf(url), signal: AbortSignal.timeout(100) });
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'timeout', suggestion: expect.stringContaining('verifying read') },
    outcomeUnknown: true,
  });
  expect(await abandoned).toBe('POST /api/v2/silences');
});

test('reset after the write was accepted: nobody knows, and it is not sent twice', async () => {
  const { url, asked } = await facing((request) => {
    request.resume().once('end', () => request.socket.resetAndDestroy());
  });
  const reply = await callTool(createSilence, thirtyMinutes, clientsOf(url));
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'upstream_failed', message: expect.stringContaining('Whether it was done is not known') },
    outcomeUnknown: true,
  });
  expect(asked).toEqual(['POST /api/v2/silences']);
});

test.each<[string, RequestListener, boolean]>([
  ['a page', text(200, 'text/html', HTML), true],
  ['JSON of something else', json(200, { ok: true }), true],
  ['500', json(500, 'boom'), true],
  ['504 from something in between', text(504, 'text/html', HTML), true],
  ['503', text(503, 'text/html', HTML), false],
  ['400', json(400, 'bad matcher'), false],
  ['401', text(401, 'text/html', HTML), false],
  ['a redirect', text(302, 'text/html', HTML), false],
])('a write answered with %s: in doubt %s', async (_what, answer, inDoubt) => {
  const { url } = await facing(answer);
  const reply = await callTool(createSilence, thirtyMinutes, clientsOf(url));
  expect(reply.ok).toBe(false);
  expect('outcomeUnknown' in reply).toBe(inDoubt);
});

test('reset in the middle of a read: it may simply be asked again', async () => {
  const { url } = await facing((request) => request.socket.resetAndDestroy());
  expect(await callTool(query, up, clientsOf(url))).toMatchObject({
    ok: false,
    error: { code: 'unavailable', retryable: true },
  });
  expect(await prepareTool(expireSilence, { silence_id: SILENCE_ID }, clientsOf(url))).toMatchObject({
    ok: false,
    error: { code: 'unavailable' },
  });
});

test('33 MiB are refused, not swallowed', async () => {
  const { url, abandoned } = await facing((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"status":"success","data":"');
    for (let mib = 0; mib < 33; mib++) response.write(Buffer.alloc(1024 * 1024, 'x'));
  });
  const reply = await callTool(query, up, clientsOf(url));
  expect(reply).toMatchObject({
    ok: false,
    error: {
      code: 'upstream_failed',
      message: 'Prometheus answered more than 32 MiB.',
      suggestion: expect.stringContaining('aggregate'),
    },
  });
  expect(await abandoned).toBe('GET /api/v1/query');
});

test('100,000 series come back as a few rows, a count and what to narrow by', async () => {
  const series = Array.from({ length: 100_000 }, (_, index) => ({
    metric: {
      __name__: 'up',
      job: 'api',
      namespace: `team-${String(index % 50)}`,
      pod: `api-6d4cf56db6-${String(index)}`,
      instance: `10.0.0.1:${String(index)}`,
    },
    value: [1_763_640_000, '1'],
  }));
  const { url } = await facing(json(200, { status: 'success', data: { resultType: 'vector', result: series } }));
  const heapBefore = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const reply = await callTool(query, up, clientsOf(url));
  // Generous: a machine under load. Alone it takes well under a second, of which the JSON is most.
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(600 * 1024 * 1024);
  expect(reply).toMatchObject({
    ok: true,
    output: {
      page: { returned: 50, total: 100_000, truncated: true },
      hints: [
        expect.stringMatching(
          /^Narrow or aggregate; labels by number of values: pod \(100000\), instance \(100000\), namespace \(50\)/,
        ),
      ],
    },
  });
  expect(JSON.stringify(reply).length).toBeLessThan(16 * 1024);
});

test('without its Alertmanager Prometheus still says what fires', async () => {
  const { url } = await facing((request, response) => {
    const rules = {
      status: 'success',
      data: {
        groups: [
          {
            name: 'g',
            rules: [
              {
                name: 'A',
                query: 'x',
                alerts: [
                  {
                    labels: { alertname: 'A' },
                    annotations: {},
                    state: 'firing',
                    activeAt: '2026-11-20T11:00:00Z',
                    value: '1',
                  },
                ],
              },
            ],
          },
        ],
      },
    };
    if (request.url?.startsWith('/api/v1/')) json(200, rules)(request, response);
    else text(502, 'text/html', HTML)(request, response);
  });
  expect(await callTool(firingAlerts, {}, clientsOf(url))).toMatchObject({
    ok: true,
    output: {
      sources: { prometheus: 'ok', alertmanager: 'unavailable' },
      summary: expect.stringContaining('not known'),
    },
  });
});
