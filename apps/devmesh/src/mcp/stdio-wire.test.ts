import { PassThrough } from 'node:stream';
import { silentLogger } from '@devmesh/runtime';
import { afterEach, expect, test } from '@jest/globals';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { createStdioWire } from './stdio-wire.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((wire) => wire.close())));

async function start(options: { lastAnswersMs?: number; firstRequestMs?: number } = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const wire = createStdioWire({ input, output, logger: silentLogger(), ...options });
  open.push(wire);
  const heard: JSONRPCMessage[] = [];
  wire.onmessage = (message) => {
    heard.push(message);
  };
  await wire.start();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const said = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  return { input, output, wire, heard, said };
}

const ping = (id: number) => `{"jsonrpc":"2.0","id":${String(id)},"method":"ping"}`;

test('messages are taken as they come: many in a write, one in two, the last without a newline', async () => {
  const { input, wire, heard } = await start({ lastAnswersMs: 0 });
  const [left, right] = [Buffer.from('{"jsonrpc":"2.0","method":"é\u2028'), Buffer.from('"}\n')];
  input.write(`${ping(1)}\r\n${ping(2)}\n`);
  input.write(left.subarray(0, 28));
  input.write(left.subarray(28));
  input.write(right);
  input.end(ping(3));
  await wire.closed;
  expect(heard.map((message) => ('id' in message ? message.id : 'method' in message && message.method))).toEqual([
    1,
    2,
    'é\u2028',
    3,
  ]);
});

test('a line that is no message is told so, and the next one is heard', async () => {
  const { input, wire, heard, said } = await start({ lastAnswersMs: 0 });
  input.end(`hello\n[]\n\n${ping(1)}\n`);
  await wire.closed;
  expect(said()).toMatchObject([
    { id: null, error: { code: -32700 } },
    { id: null, error: { code: -32600 } },
  ]);
  expect(heard).toHaveLength(1);
});

test('what was asked before the client closed its end is still answered', async () => {
  const { input, wire, heard, said } = await start({ lastAnswersMs: 60_000 });
  const both = Promise.withResolvers<undefined>();
  wire.onmessage = (message) => {
    if (heard.push(message) === 2) both.resolve(undefined);
  };
  input.end(`${ping(1)}\n${ping(2)}`);
  await both.promise;
  for (const id of [2, 1]) await wire.send({ jsonrpc: '2.0', id, result: {} });
  await wire.closed;
  expect(said()).toMatchObject([{ id: 2 }, { id: 1 }]);
});

test('nothing is waited for that is never answered: subscriptions, and what was cancelled', async () => {
  const { input, wire } = await start({ lastAnswersMs: 60_000 });
  input.write('{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}\n');
  input.write(`${ping(2)}\n`);
  input.end('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}\n');
  await wire.closed;
});

test('an end is explained to whatever waits for an answer', async () => {
  const { input, wire, said } = await start();
  input.write(`${ping(1)}\n${ping(2)}\n`);
  await wire.refuse({ code: -32001, message: 'no' });
  expect(said()).toMatchObject([
    { id: 1, error: { message: 'no' } },
    { id: 2, error: { message: 'no' } },
  ]);
});

test('nobody has to ask for the end to come', async () => {
  const { wire, said } = await start({ firstRequestMs: 1 });
  await wire.refuse({ code: -32001, message: 'no' });
  await wire.closed;
  expect(said()).toEqual([]);
});

test('a client that no longer reads has gone', async () => {
  const { output, wire } = await start();
  output.destroy(new Error('EPIPE'));
  await wire.closed;
});
