import { expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import { silentLogger, systemClock, type LogFields, type Logger } from '@devmesh/runtime';
import { z } from 'zod';
import { defineTool, type Tool } from './define-tool.ts';
import { outcomeUnknown } from './outcome-unknown.ts';
import { prepareTool, runTool } from './run-tool.ts';
import type { ToolContext } from './tool-context.ts';

const scale = defineTool({
  name: 'toy.scale',
  title: 'Scale',
  description: 'Scale a toy.',
  effect: 'write',
  timeoutMs: 1000,
  input: z.strictObject({ replicas: z.int().default(1), name: z.string().optional() }),
  output: z.object({ replicas: z.int() }),
  run: ({ replicas }) => Promise.resolve({ data: { replicas }, summary: 'Scaled.' }),
});

function executing(
  tool: Partial<Tool>,
  input: unknown = {},
  { signal = new AbortController().signal, logger = silentLogger() }: { signal?: AbortSignal; logger?: Logger } = {},
) {
  const context: ToolContext = {
    call: { id: 'call_1', principal: 'ada' },
    signal,
    now: systemClock,
    connection: 'default',
    progress: () => undefined,
  };
  return {
    tool: { ...(scale as Tool), ...tool },
    input,
    context,
    logger,
    toAppError: (thrown: unknown) =>
      thrown === 'vendor says no' ? new AppError('conflict', 'No.', { cause: thrown }) : undefined,
  };
}

test('gives the parsed output, the connection, and the way back', async () => {
  const undo = () => ({ tool: 'toy.scale', input: { replicas: 1 } });
  const run = () => Promise.resolve({ data: { replicas: 3, internal: true }, summary: 'Scaled.' });
  expect(await runTool(executing({ run, undo }, { replicas: 3 }))).toEqual({
    ok: true,
    output: { data: { replicas: 3 }, summary: 'Scaled.' },
    undo: { tool: 'toy.scale', input: { replicas: 1 } },
    connection: 'default',
  });
});

test('names each bad field, and the nearest argument for an unknown one', async () => {
  expect(await runTool(executing({}, { replica: 2, name: 5 }))).toMatchObject({
    ok: false,
    error: {
      code: 'invalid_input',
      details: { fields: { replica: 'is not an argument', name: expect.any(String) } },
      suggestion: 'Did you mean "replicas"?',
    },
  });
});

test('a write that is refused by the vendor is known not to be done', async () => {
  const reply = await runTool(executing({ run: () => Promise.reject('vendor says no' as unknown as Error) }));
  expect(reply).toEqual({ ok: false, error: { code: 'conflict', message: 'No.', retryable: false } });
});

test.each([
  ['its answer is lost', () => Promise.reject(outcomeUnknown('Lost.', new Error('reset')))],
  ['it fails in a way that nobody foresaw', () => Promise.reject(new TypeError('undefined is not a function'))],
  ['its output does not fit its own schema', () => Promise.resolve({ data: { replicas: 'three' }, summary: '' })],
])('of a write nobody knows whether it was done when %s; of a read there is nothing to know', async (_, run) => {
  expect(await runTool(executing({ run }))).toMatchObject({ ok: false, outcomeUnknown: true });
  const read = await runTool(executing({ run, effect: 'read' }));
  expect(read).toMatchObject({ ok: false });
  expect(read).not.toHaveProperty('outcomeUnknown');
});

test('a read whose answer was lost may simply be asked again', async () => {
  const run = () => Promise.reject(outcomeUnknown('Lost.', new Error('reset')));
  expect(await runTool(executing({ run, effect: 'read' }))).toMatchObject({
    error: { code: 'unavailable', retryable: true },
  });
  expect(await prepareTool(executing({ prepare: run }))).toMatchObject({
    error: { code: 'unavailable', retryable: true },
  });
});

test('a failure without a sentence is neutral, and its id finds the one log line', async () => {
  const { logger, lines } = recordingLogger();
  const reply = await runTool(
    executing({ effect: 'read', run: () => Promise.reject(new Error('password=hunter2')) }, {}, { logger }),
  );
  if (reply.ok) throw new Error('it did not fail');
  expect(JSON.stringify(reply)).not.toContain('hunter2');
  const id = /err_\w+/.exec(reply.error.message)?.[0];
  expect(lines.map(({ level, fields }) => [level, fields?.['error_id']])).toEqual([['error', id]]);
});

test('the cause of a known failure is logged once, at the level of its code', async () => {
  const { logger, lines } = recordingLogger();
  await runTool(executing({ run: () => Promise.reject('vendor says no' as unknown as Error) }, {}, { logger }));
  expect(lines.map(({ level }) => level)).toEqual(['info']);
});

test('a handler that never listens to its signal is not waited for', async () => {
  const deaf = () => new Promise<never>(() => {});
  expect(await runTool(executing({ run: deaf }, {}, { signal: AbortSignal.timeout(20) }))).toMatchObject({
    error: { code: 'timeout' },
    outcomeUnknown: true,
  });
  expect(await prepareTool(executing({ prepare: deaf }, {}, { signal: AbortSignal.timeout(20) }))).toMatchObject({
    error: { code: 'timeout' },
  });
});

test('a call that is over before it begins is not begun', async () => {
  let begun = false;
  const run = () => Promise.resolve({ data: { replicas: (begun = true) ? 1 : 0 }, summary: '' });
  const reply = await runTool(executing({ run }, {}, { signal: AbortSignal.abort() }));
  expect(reply).toMatchObject({ ok: false, error: { code: 'timeout', message: expect.stringContaining('cancelled') } });
  expect(reply).not.toHaveProperty('outcomeUnknown');
  expect(begun).toBe(false);
});

test('what was done stays done when its way back cannot be said', async () => {
  const undo = () => {
    throw new Error('no idea');
  };
  const reply = await runTool(executing({ undo }));
  expect(reply).toMatchObject({ ok: true });
  expect(reply).not.toHaveProperty('undo');
});

test('prepare gives what is not said as not known, and the verifying read', async () => {
  const verify = (_input: unknown, _prepared: unknown, callId: string) => ({ tool: 'toy.list', input: { callId } });
  expect(await prepareTool(executing({ verify }))).toEqual({
    ok: true,
    prepared: { resource: {}, observed: {}, blast: 'unknown', reversible: false },
    verify: { tool: 'toy.list', input: { callId: 'call_1' } },
  });
});

function recordingLogger() {
  const lines: { level: string; fields: LogFields | undefined }[] = [];
  const log = (level: string) => (_message: string, fields?: LogFields) => void lines.push({ level, fields });
  const logger: Logger = {
    ...silentLogger(),
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
  };
  return { logger, lines };
}
