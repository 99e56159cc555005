import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { withLogContext } from './log-context.ts';
import { createLogger } from './logger.ts';
import type { LogLevel } from './logger.ts';
import { withTraceContext } from './trace-context.ts';

function listening(level: LogLevel | 'silent' = 'info') {
  let text = '';
  const logger = createLogger({ service: 'test', level, destination: { write: (line) => (text += line) } });
  const lines = async () => {
    await logger.flush();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  return { logger, lines };
}

test('writes one JSON object a line', async () => {
  const { logger, lines } = listening();
  logger.info('hello\nworld', { n: 1 });
  logger.warn('again');
  expect(await lines()).toEqual([
    { level: 'info', message: 'hello\nworld', n: 1, service: 'test', timestamp: expect.stringMatching(/Z$/) },
    expect.objectContaining({ level: 'warn', message: 'again' }),
  ]);
});

test('says nothing below its level', async () => {
  const { logger, lines } = listening('warn');
  const child = logger.child({ a: 1 });
  const trap = {
    get boom() {
      throw new Error('looked at');
    },
  };
  child.debug('x', trap);
  logger.info('x');
  logger.error('y');
  expect((await lines()).map(({ message }) => message)).toEqual(['y']);
  expect([logger.isEnabled('info'), logger.isEnabled('warn')]).toEqual([false, true]);
  const silent = listening('silent');
  silent.logger.error('x');
  expect(await silent.lines()).toEqual([]);
});

test('puts request, call and trace ids on every line inside, however late', async () => {
  const { logger, lines } = listening();
  const traceId = 'a'.repeat(32);
  await withLogContext({ request_id: 'r1' }, () =>
    withTraceContext({ traceparent: `00-${traceId}-${'b'.repeat(16)}-01` }, async () => {
      await Promise.resolve();
      withLogContext({ call_id: 'c1' }, () => {
        logger.child({ tool: 't' }).info('inner');
      });
      logger.info('outer');
    }),
  );
  logger.info('outside');
  const [inner, outer, outside] = await lines();
  expect(inner).toMatchObject({ request_id: 'r1', call_id: 'c1', trace_id: traceId, tool: 't' });
  expect(outer).toMatchObject({ request_id: 'r1', trace_id: traceId });
  expect(outer).not.toHaveProperty('call_id');
  expect(outside).not.toHaveProperty('request_id');
});

test('redacts the message and the fields', async () => {
  const { logger, lines } = listening();
  logger.info('password=hunter2', {
    url: 'redis://u:hunter2@h',
    error: new Error('token=hunter2'),
    api_key: 'hunter2',
  });
  expect(JSON.stringify(await lines())).not.toContain('hunter2');
});

test('keeps name, message, stack and cause of an error', async () => {
  const { logger, lines } = listening();
  logger.error('failed', { error: new TypeError('outer', { cause: new Error('inner') }) });
  expect((await lines())[0]).toMatchObject({
    error: {
      name: 'TypeError',
      message: 'outer',
      stack: expect.stringContaining('logger.test'),
      cause: { message: 'inner' },
    },
  });
});

test('survives whatever it is given', async () => {
  const { logger, lines } = listening();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  logger.info('odd', {
    circle,
    big: 10n,
    long: 'x'.repeat(100_000),
    many: Array.from({ length: 5_000 }, (_, i) => i),
    bytes: Buffer.from('secret'),
  });
  logger.info('throws', {
    get boom(): string {
      throw new Error('getter');
    },
  });
  logger.info('after');
  const all = await lines();
  expect(JSON.stringify(all).length).toBeLessThan(20_000);
  expect(all.at(-1)).toMatchObject({ message: 'after' });
});

test('is whole on stdout even when the process exits at once, and never blocks on a reader', async () => {
  const script = `
    import { createLogger } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    const logger = createLogger({ service: 's' });
    for (let i = 0; i < 5000; i++) logger.info('line', { i });
    await logger.flush();
    logger.info('last');
    await new Promise((resolve) => setImmediate(() => process.nextTick(resolve)));
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@devmesh/source', '--input-type=module', '-e', script],
    { maxBuffer: 1e8 },
  );
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { i?: number });
  expect(lines.slice(0, 5000).map(({ i }) => i)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
});
