import { expect, test } from '@jest/globals';
import { chunk, CHUNKERS, MAX_MESSAGES_PER_PIECE } from './chunker.ts';
import type { Utterance } from './chunker.ts';
import { splitText } from './split-text.ts';

const small = CHUNKERS['500'];
const large = CHUNKERS['1000/200'];

/** Messages of many lengths, the same on every run. */
function conversation(count: number): Utterance[] {
  return Array.from({ length: count }, (_, sequence) => ({
    sequence,
    role: sequence % 2 === 0 ? 'user' : 'assistant',
    text: `message ${sequence} `.repeat(1 + ((sequence * 7919) % 37)).trim(),
  }));
}

test.each([small, large])(
  'every message is in a piece, in order, and no piece is much longer than asked ($version)',
  (chunker) => {
    const all = conversation(200);
    const pieces = chunk(all, chunker);
    const shown = new Set(pieces.flatMap(({ spans }) => spans.map(({ message }) => message)));
    expect(shown.size).toBe(200);
    expect(Math.max(...pieces.map(({ text }) => text.length))).toBeLessThanOrEqual(chunker.size);
    for (const { first, last, spans } of pieces)
      expect([spans[0]?.message, spans.at(-1)?.message]).toEqual([first, last]);
  },
);

test.each([small, large])('a span says where its message stands in the text ($version)', (chunker) => {
  const all = [...conversation(40), { sequence: 40, role: 'user', text: 'long sentence. '.repeat(300) }];
  for (const { text, spans } of chunk(all, chunker)) {
    for (const { message, from, to, at } of spans)
      expect(text.slice(at, at + to - from)).toBe(all[message]?.text.slice(from, to));
  }
});

test('neighbours share one message where it leaves room', () => {
  const all = Array.from({ length: 9 }, (_, sequence) => ({ sequence, role: 'user', text: 'x'.repeat(150) }));
  expect(chunk(all, small).map(({ first, last }) => [first, last])).toEqual([
    [0, 2],
    [2, 4],
    [4, 6],
    [6, 8],
  ]);
});

test('an append changes no piece but the last, whatever is appended', () => {
  const all = conversation(120);
  for (let count = 1; count < 120; count++) {
    const before = chunk(all.slice(0, count), small);
    const after = chunk(all.slice(0, count + 1), small);
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    expect(after.length - before.length).toBeLessThanOrEqual(1);
  }
});

test('cutting again from the first message of any piece gives that piece and all later ones', () => {
  const all = conversation(150);
  const pieces = chunk(all, small);
  pieces.forEach((piece, index) => {
    expect(chunk(all.slice(piece.first), small)).toEqual(pieces.slice(index));
  });
});

test('a message longer than a piece is cut into parts that are final at once', () => {
  const long = { sequence: 0, role: 'user', text: 'A sentence about the outage. '.repeat(100).trim() };
  const pieces = chunk([long, { sequence: 1, role: 'assistant', text: 'ok' }], small);
  expect(pieces.slice(0, -1).every(({ split, first, last }) => split && first === 0 && last === 0)).toBe(true);
  expect(pieces.slice(0, -1).map(({ part }) => part)).toEqual([...pieces.slice(0, -1).keys()]);
  expect(pieces.at(-1)).toMatchObject({ first: 1, last: 1, split: false });
});

test('a piece holds a bounded number of messages, empty ones included', () => {
  const all = Array.from({ length: 500 }, (_, sequence) => ({
    sequence,
    role: 'user',
    text: sequence % 3 === 0 ? '' : 'y',
  }));
  expect(Math.max(...chunk(all, small).map(({ first, last }) => last - first + 1))).toBeLessThanOrEqual(
    MAX_MESSAGES_PER_PIECE,
  );
});

test('a long text is cut at sentences, loses nothing, and no surrogate pair is broken', () => {
  const sentences = 'One sentence here. '.repeat(100);
  const slices = splitText(sentences, 200, 0);
  expect(slices.map(({ from, to }) => sentences.slice(from, to)).join('')).toBe(sentences);
  expect(slices.slice(0, -1).every(({ to }) => sentences.slice(0, to).endsWith('. '))).toBe(true);
  const emoji = '🚀'.repeat(501);
  for (const { from, to } of splitText(emoji, 101, 0)) expect(emoji.slice(from, to).isWellFormed()).toBe(true);
});

test('five million characters without a space are cut in one go', () => {
  const [piece] = chunk([{ sequence: 0, role: 'user', text: 'x'.repeat(5_000_000) }], large);
  expect(piece?.text.length).toBe(1000);
});
