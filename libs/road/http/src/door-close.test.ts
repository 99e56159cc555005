import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { asKey, openTestDoor } from './door-for-tests.ts';
import type { TestDoor } from './door-for-tests.ts';
import type { EventStream } from './event-stream.ts';
import { events, reply, streamed } from './reply.ts';

function signal<T = void>() {
  return Promise.withResolvers<T>();
}

/** Reads from a stream until `text` has come. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  let all = '';
  while (!all.includes(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`ended after ${all}`);
    all += new TextDecoder().decode(value);
  }
  return all;
}

async function ended(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

async function follow(heartbeatMs = 60_000): Promise<{
  at: TestDoor;
  stream: () => EventStream;
  closed: Promise<void>;
  get(headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
}> {
  const closed = signal();
  let current: EventStream | undefined;
  const route = defineRoute({
    name: 'events',
    method: 'GET',
    path: '/events',
    summary: 'Events',
    access: 'key',
    handler: () =>
      events((stream) => {
        current = stream;
        stream.send({ id: '1', event: 'hello\nfake: x', data: { from: stream.lastEventId ?? 'start' } });
        return () => {
          closed.resolve();
        };
      }),
    responses: {},
  });
  const at = await openTestDoor([route], { heartbeatMs });
  return {
    at,
    stream: () => current!,
    closed: closed.promise,
    get: (headers = {}, abort) =>
      at.fetch('/events', { headers: { ...asKey, ...headers }, ...(abort && { signal: abort }) }),
  };
}

test('streams events with ids, continues after the last one seen, and shows signs of life', async () => {
  const { at, stream, get } = await follow(5);
  const response = await get({ 'last-event-id': '41' });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body!.getReader();
  const text = await readUntil(reader, '"41"');
  expect(text).toContain('id: 1\nevent: hello fake: x\ndata: {"from":"41"}\n\n');
  await readUntil(reader, ': still here');
  stream().send({ data: 'line\nbreak' });
  await readUntil(reader, 'data: "line\\nbreak"');
  stream().close();
  await ended(reader);
  await at.listening.close();
});

test('unsubscribes when the client leaves', async () => {
  const { at, get, closed, stream } = await follow();
  const client = new AbortController();
  const response = await get({}, client.signal);
  await readUntil(response.body!.getReader(), 'data');
  client.abort();
  await closed;
  expect(stream().send({ data: 1 })).toBe(false);
  await at.listening.close();
});

test('ends the streams of a key that was revoked, and only those', async () => {
  const { at, get } = await follow();
  const reader = (await get()).body!.getReader();
  await readUntil(reader, 'data');
  at.revoke('key_other');
  at.revoke('key_1');
  await ended(reader);
  await at.listening.close();
});

test('ends streams at the drain and finishes what is running', async () => {
  const started = signal();
  const release = signal();
  const slow = defineRoute({
    name: 'slow',
    method: 'GET',
    path: '/slow',
    summary: 'Slow',
    access: 'public',
    async handler() {
      started.resolve();
      await release.promise;
      return reply({ done: true });
    },
    responses: { 200: z.object({ done: z.boolean() }) },
  });
  const { at, get } = await follow();
  at.door.mount([slow]);
  const reader = (await get()).body!.getReader();
  await readUntil(reader, 'data');
  const running = at.fetch('/slow');
  await started.promise;
  const closing = at.listening.close();
  await ended(reader);
  await expect(at.fetch('/slow')).rejects.toThrow();
  release.resolve();
  expect(await (await running).json()).toEqual({ done: true });
  await closing;
});

test('breaks off what does not end within the deadline', async () => {
  const started = signal();
  const left = signal();
  const stuck = defineRoute({
    name: 'stuck',
    method: 'GET',
    path: '/stuck',
    summary: 'Stuck',
    access: 'public',
    async handler({ signal: abort }) {
      abort.addEventListener('abort', () => {
        left.resolve();
      });
      started.resolve();
      await left.promise;
      abort.throwIfAborted();
      return reply({});
    },
    responses: { 200: z.object({}) },
  });
  const at = await openTestDoor([stuck]);
  const running = at.fetch('/stuck').catch(() => 'broken off');
  await started.promise;
  await at.listening.close({ deadlineMs: 20 });
  expect(await running).toBe('broken off');
  await left.promise;
});

test('tells kept connections to go while draining', async () => {
  const at = await openTestDoor([]);
  at.options.health.setDraining();
  const ready = await at.fetch('/readyz');
  expect([ready.status, ready.headers.get('connection'), await ready.json()]).toEqual([
    503,
    'close',
    { status: 'down', reason: 'draining' },
  ]);
  expect((await at.fetch('/livez')).status).toBe(200);
  await at.listening.close();
});

test('streams a long answer only as fast as it is read', async () => {
  let given = 0;
  const stopped = signal();
  async function* chunks() {
    try {
      for (;;) {
        given++;
        yield 'x'.repeat(64 * 1024);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      stopped.resolve();
    }
  }
  const route = defineRoute({
    name: 'export',
    method: 'GET',
    path: '/export',
    summary: 'Export',
    access: 'public',
    handler: () => streamed(chunks(), 'application/jsonl'),
    responses: {},
  });
  const at = await openTestDoor([route]);
  const request = httpRequest(`${at.url}/export`);
  const response = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve).end());
  response.pause();
  // Nobody reads: the source must come to rest.
  for (let idle = 0, before = given; idle < 500; idle++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (before !== given) [idle, before] = [0, given];
  }
  expect(given).toBeLessThan(1_000);
  request.destroy();
  await stopped.promise;
  await at.listening.close();
});

test('says when a port is taken', async () => {
  const at = await openTestDoor([]);
  await expect(at.door.listen({ port: at.listening.port, host: '127.0.0.1' })).rejects.toMatchObject({
    code: 'unavailable',
    message: `Port ${String(at.listening.port)} is in use by another process.`,
  });
  await at.listening.close();
});
