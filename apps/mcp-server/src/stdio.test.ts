import { PassThrough } from 'node:stream';
import { Client, InMemoryTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { expect, test } from '@jest/globals';
import { serveMcpStdio } from './stdio.ts';
import { principalOf, testParts } from './test-world.ts';

/** A process's standard input and output, from both sides. */
function pipes() {
  const input = new PassThrough();
  const output = new PassThrough();
  const transport: Transport = {
    start: () => {
      let rest = '';
      output.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines)
          transport.onmessage?.(JSON.parse(line) as Parameters<NonNullable<Transport['onmessage']>>[0]);
      });
      output.on('end', () => transport.onclose?.());
      return Promise.resolve();
    },
    send: (message) => {
      input.write(`${JSON.stringify(message)}\n`);
      return Promise.resolve();
    },
    close: () => {
      input.end();
      return Promise.resolve();
    },
  };
  return { wire: new StdioServerTransport(input, output), transport };
}

async function open(mode: 'legacy' | { pin: string }) {
  const { parts, road, allowance, revoke } = testParts();
  const { wire, transport } = pipes();
  const served = serveMcpStdio(parts, principalOf('a'), wire);
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return { client, served, road, allowance, revoke };
}

test.each([['legacy' as const], [{ pin: '2026-07-28' }]])(
  'a %j client lists and calls over standard input and output',
  async (mode) => {
    const { client, served, road } = await open(mode);
    expect((await client.listTools()).tools[0]?.name).toBe('demo_echo');
    expect(
      (await client.callTool({ name: 'demo_echo', arguments: { message: 'hi' } })).structuredContent,
    ).toMatchObject({ data: { echo: 'hi' } });
    expect(road.made[0]?.principal.id).toBe('key:a');
    await served.close();
  },
);

test('every message takes a token, and one too many is told so', async () => {
  const { client, served, allowance } = await open('legacy');
  allowance.left = 1;
  await client.ping();
  await expect(client.ping()).rejects.toMatchObject({
    code: -32029,
    message: expect.stringContaining('Too many requests'),
  });
  await served.close();
});

test('a changed catalog is heard of', async () => {
  const { client, served, road } = await open('legacy');
  const heard = new Promise((resolve) => {
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      resolve('heard');
    });
  });
  road.changeCatalog('org_a');
  expect(await heard).toBe('heard');
  await served.close();
});

test('the connection ends with the key', async () => {
  const { served, revoke } = await open('legacy');
  revoke('a');
  await served.closed;
});

test('it is a transport of two ends in one process as well', async () => {
  const [left, right] = InMemoryTransport.createLinkedPair();
  const { parts } = testParts();
  const served = serveMcpStdio(parts, principalOf('a'), right as never);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(left);
  expect((await client.listTools()).tools.length).toBeGreaterThan(3);
  await served.close();
});
