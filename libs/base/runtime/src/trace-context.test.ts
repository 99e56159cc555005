import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { withSpan } from './span.ts';
import { traceContext, withTraceContext } from './trace-context.ts';

const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

test('carries on what came in, with tracing off', async () => {
  await withTraceContext({ traceparent: parent, tracestate: 'v=1' }, async () => {
    await Promise.resolve();
    expect(traceContext()).toEqual({ traceparent: parent, tracestate: 'v=1' });
  });
  expect(traceContext()).toEqual({});
});

test.each(['', 'nonsense', `${parent}\n{"level":"error"}`, parent.replace(/a/g, '0'), parent.toUpperCase()])(
  'does not carry on a traceparent that is none: %j',
  (traceparent) => {
    expect(withTraceContext({ traceparent }, traceContext)).toEqual({});
  },
);

test('begins a trace where none came and one is asked for', () => {
  expect(withTraceContext({}, traceContext, { create: true }).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(withTraceContext({ traceparent: parent }, traceContext, { create: true }).traceparent).toBe(parent);
});

test('runs the function and hands its result and failure on, with tracing off', async () => {
  expect(withSpan('x', {}, () => 1)).toBe(1);
  await expect(withSpan('x', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('sends real spans as parts of the incoming trace, with tracing on', async () => {
  const received: string[] = [];
  const collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(`${request.url ?? ''} ${chunk.toString()}`));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}`;
  const script = `
    import { startTracing, traceContext, withSpan, withTraceContext } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    const tracing = await startTracing({ enabled: true, service: 's', endpoint: ${JSON.stringify(endpoint)} });
    await withTraceContext({ traceparent: '${parent}' }, async () => {
      await withSpan('outer', { tool: 't' }, async () => { await 0; console.log(JSON.stringify(traceContext())); });
      await withSpan('bad', {}, () => Promise.reject(new Error('token=hunter2'))).catch(() => {});
    });
    await tracing.stop();`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@devmesh/source',
      '--input-type=module',
      '-e',
      script,
    ]);
    const carried = (JSON.parse(stdout) as { traceparent: string }).traceparent;
    expect(carried).toMatch(new RegExp(`^00-${'a'.repeat(32)}-(?!b{16})[0-9a-f]{16}-01$`));
  } finally {
    await new Promise((resolve) => collector.close(resolve));
  }
  const all = received.join('');
  expect(all).toContain('/v1/traces');
  expect(all).toContain('outer');
  expect(all).toContain('b'.repeat(16));
  expect(all).toContain('token=[redacted]');
  expect(all).not.toContain('hunter2');
  expect(all).not.toContain('--conditions');
});
