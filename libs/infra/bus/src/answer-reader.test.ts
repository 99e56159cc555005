import { expect, test } from '@jest/globals';
import { createAnswerReader } from './answer-reader.ts';
import { encodeBody } from './body.ts';
import { CHUNK, CHUNKS, FRAME } from './headers.ts';
import type { Incoming } from './transport.ts';

const broken = expect.objectContaining({ code: 'upstream_failed' });

test('pieces become the answer, and whoever waits after one is told', () => {
  const taken: string[] = [];
  const read = createAnswerReader({ progress: () => {}, pieceTaken: (address) => taken.push(address) });
  expect(read(piece(0, '"ab'))).toBeUndefined();
  expect(read({ ...piece(1, 'cd"'), reply: 'inbox.1' })).toBeUndefined();
  expect(read(frame({ [FRAME]: 'done', [CHUNKS]: '2' }))).toStrictEqual({ ok: true, value: 'abcd' });
  expect(taken).toStrictEqual(['inbox.1']);
});

test.each([
  ['a missing piece', [piece(0, '"a'), piece(2, 'c"')]],
  ['a piece twice', [piece(0, '"a'), piece(0, '"a')]],
  ['a missing end', [piece(0, '"a'), frame({ [FRAME]: 'done', [CHUNKS]: '2' })]],
  ['a piece without a number', [frame({ [FRAME]: 'chunk' })]],
  ['bytes that are no JSON', [frame({ [FRAME]: 'done' }, '{"a":')]],
  ['an error that is none', [frame({ [FRAME]: 'failed' }, '{"code":"new"}')]],
])('%s breaks the answer instead of changing it', (_name, messages) => {
  const read = createAnswerReader({ progress: () => {}, pieceTaken: () => {} });
  const attempt = () => messages.map(read).find((answer) => answer !== undefined);
  expect(outcome(attempt)).toStrictEqual(broken);
});

test('more than 16 MiB is not gathered, whatever the other side says', () => {
  const read = createAnswerReader({ progress: () => {}, pieceTaken: () => {} });
  const large = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 16; i++) read(piece(i, large));
  expect(outcome(() => read(piece(16, 'x')))).toStrictEqual(broken);
});

test('what a later version says is passed over', () => {
  const read = createAnswerReader({ progress: () => {}, pieceTaken: () => {} });
  expect(read(frame({ [FRAME]: 'partial_result' }, '1'))).toBeUndefined();
  expect(read(frame({ [FRAME]: 'done', 'Devmesh-New': 'x' }, '1'))).toStrictEqual({ ok: true, value: 1 });
});

/** The error, thrown or answered. */
function outcome(attempt: () => ReturnType<ReturnType<typeof createAnswerReader>>): unknown {
  try {
    const answer = attempt();
    return answer?.ok === false ? answer.error : answer;
  } catch (error) {
    return error;
  }
}

function piece(index: number, text: string): Incoming {
  return frame({ [FRAME]: 'chunk', [CHUNK]: String(index) }, text);
}

function frame(headers: Record<string, string>, text?: string): Incoming {
  const body = text === undefined ? encodeBody('').subarray(0, 0) : new TextEncoder().encode(text);
  return { subject: 'inbox.x', body, reply: undefined, nobody: false, header: (name) => headers[name] };
}
