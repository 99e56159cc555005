import type { SystemNames } from '../names.ts';
import type { Files } from '../write-files.ts';

/** The conformance test, the client's own, and what all tests of the system share. */
export function adapterTests(names: SystemNames): Files {
  const { system } = names;
  const dir = `libs/systems/${system}/src`;
  return {
    [`${dir}/${system}.fixtures.ts`]: fixtures(names),
    [`${dir}/adapter.test.ts`]: conformance(names),
    [`${dir}/client.test.ts`]: clientTest(names),
  };
}

function fixtures({ system, pascal }: SystemNames): string {
  return `import { testTools, type TestTools } from '@devmesh/adapter/conformance';
import { ${system} } from './adapter.ts';
import type { ${pascal}Client } from './client.ts';
import type { ${pascal}Clients } from './context.ts';
import { UpstreamError } from './upstream-error.ts';

export const { callTool, prepareTool }: TestTools<${pascal}Clients> = testTools(${system});

/** A client that answers like this. */
export function contextThat(get: ${pascal}Client['get']): ${pascal}Clients {
  return { ${system}: { get } };
}

/** ${pascal}'s own, readable no. */
export function refusal(status: number, message: string): UpstreamError {
  return new UpstreamError('refused', message, { status });
}
`;
}

function conformance({ system, upper, pascal }: SystemNames): string {
  return `import { describeAdapter } from '@devmesh/adapter/conformance';
import { ${system} } from './adapter.ts';
import { contextThat, refusal } from './${system}.fixtures.ts';
import { UpstreamError } from './upstream-error.ts';

describeAdapter(${system}, {
  context: () => contextThat(() => Promise.resolve({ items: items(3) })),
  flooded: () => contextThat(() => Promise.resolve({ items: items(5000) })),
  connection: { endpoint: 'http://${system}:8080', settings: {}, credential: { token: 'tok-of-a-connection' } },
  environment: {
    config: { ${upper}_URL: 'http://${system}:8080', ${upper}_TOKEN: 'tok-of-the-environment', ${upper}_ENVIRONMENT: 'prod' },
    secrets: ['tok-of-the-environment'],
  },
  failures: [
    { name: 'cannot be reached', thrown: () => failure('unreachable'), code: 'unavailable' },
    { name: 'answers a page', thrown: () => failure('unreadable'), code: 'upstream_failed' },
    { name: 'answers too much', thrown: () => failure('too_large'), code: 'upstream_failed' },
    { name: 'refuses the input', thrown: () => refusal(400, 'no such field'), code: 'invalid_input' },
    { name: 'refuses the credential', thrown: () => refusal(401, 'no'), code: 'forbidden' },
    { name: 'knows nothing of it', thrown: () => refusal(404, 'nothing here'), code: 'not_found' },
    { name: 'asks to slow down', thrown: () => refusal(429, 'slow down'), code: 'rate_limited' },
    { name: 'is not ready', thrown: () => refusal(503, 'starting'), code: 'unavailable' },
  ],
});

function items(count: number) {
  return Array.from({ length: count }, (_, index) => ({ name: \`some-rather-long-name-\${String(index)}\`, state: 'up' }));
}

function failure(kind: UpstreamError['kind']): UpstreamError {
  return new UpstreamError(kind, '${pascal} did not answer as it should.');
}
`;
}

function clientTest({ system, pascal }: SystemNames): string {
  return `import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { create${pascal}Client } from './client.ts';

const servers: Server[] = [];
const never = new AbortController().signal;

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

test('asks with its token and its parameters', async () => {
  const client = await clientOf((request, response) => {
    response.end(JSON.stringify({ asked: request.url, as: request.headers.authorization }));
  });
  expect(await client.get('/api/items', { state: 'up' }, never)).toEqual({ asked: '/api/items?state=up', as: 'Bearer secret' });
});

test('hands on the words of a refusal', async () => {
  const client = await clientOf((_request, response) => response.writeHead(403).end('{"message":"not yours"}'));
  await expect(client.get('/', {}, never)).rejects.toMatchObject({ kind: 'refused', status: 403, message: 'not yours' });
});

test.each([
  ['a page instead of JSON', 200, '<html>'],
  ['a redirect', 302, ''],
])('does not take %s for an answer', async (_what, status, body) => {
  const client = await clientOf((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end(body));
  await expect(client.get('/', {}, never)).rejects.toMatchObject({ kind: 'unreadable' });
});

test('refuses an answer that is too large', async () => {
  const client = await clientOf((_request, response) => response.end(JSON.stringify('x'.repeat(2000))));
  await expect(client.get('/', {}, never)).rejects.toMatchObject({ kind: 'too_large' });
});

test('closes the socket when the call is aborted', async () => {
  const caller = new AbortController();
  const closed = Promise.withResolvers<undefined>();
  const client = await clientOf((request) => {
    request.on('close', () => closed.resolve(undefined));
    caller.abort();
  });
  await expect(client.get('/', {}, caller.signal)).rejects.toThrow('aborted');
  await closed.promise;
});

test('says when nobody is there', async () => {
  const client = create${pascal}Client({ baseUrl: 'http://127.0.0.1:1', token: undefined });
  await expect(client.get('/', {}, never)).rejects.toMatchObject({ kind: 'unreachable' });
});

async function clientOf(${system}: RequestListener) {
  const server = createServer(${system});
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return create${pascal}Client({ baseUrl: \`http://127.0.0.1:\${String(port)}/\`, token: 'secret', maxBytes: 1000 });
}
`;
}
