import { expect, test } from '@jest/globals';
import { EVIDENCE_PAGE, readEvidence } from './read-evidence.ts';

const json = JSON.stringify({
  pods: [
    { name: 'a', phase: 'Failed' },
    { name: 'b', phase: 'Running' },
  ],
});
const refused = (question: object, text = json) => {
  try {
    readEvidence(text, question);
  } catch (error) {
    return error;
  }
  return undefined;
};

test('pages give the whole text, in order', () => {
  const text = Array.from({ length: 10_000 }, (_, index) => `line ${String(index)}`).join('\n');
  const { pages } = readEvidence(text, {});
  const all = Array.from({ length: pages }, (_, index) => readEvidence(text, { page: index + 1 }).text);
  expect(all.join('')).toBe(text);
  expect(refused({ page: pages + 1 }, text)).toMatchObject({ code: 'invalid_input' });
  expect(refused({ page: 0 }, text)).toMatchObject({ code: 'invalid_input' });
});

test('an empty text is one empty page', () => {
  expect(readEvidence('', {})).toEqual({ text: '', page: 1, pages: 1 });
});

test('grep gives whole lines, of JSON the indented ones, and counts what is not shown', () => {
  expect(readEvidence(json, { grep: 'phase.*Fail' })).toMatchObject({ text: '   "phase": "Failed"', matches: 1 });
  const many = readEvidence('a match\n'.repeat(1000), { grep: 'match' });
  expect(many.matches).toBe(1000);
  expect(many.text.split('\n')).toHaveLength(100);
  const long = readEvidence(`${'x'.repeat(10_000)}\n`.repeat(3), { grep: 'x' });
  expect(long).toMatchObject({ text: 'x'.repeat(10_000), matches: 3 });
  expect(readEvidence('x'.repeat(99_999), { grep: 'x' }).text).toHaveLength(EVIDENCE_PAGE);
});

test('a pattern that would hang a backtracking engine takes linear time', () => {
  const text = `${'a'.repeat(1_000_000)}!\n${'a'.repeat(1_000_000)}b`;
  const began = performance.now();
  expect(readEvidence(text, { grep: '^(a+)+b$' }).matches).toBe(1);
  // A backtracking engine would need longer than the universe.
  expect(performance.now() - began).toBeLessThan(5_000);
});

test.each([['(?=x)'], ['(a)\\1'], ['('], ['*']])('a pattern that is none says so: %s', (grep) => {
  expect(refused({ grep })).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(grep) });
});

test('a query picks from JSON, and gives null where it finds nothing', () => {
  expect(JSON.parse(readEvidence(json, { query: "pods[?phase=='Failed'].name" }).text)).toEqual(['a']);
  expect(readEvidence(json, { query: 'nothing.here' }).text).toBe('null');
});

test('a query that cannot be run says why, and what to use for text', () => {
  expect(refused({ query: 'pods[' })).toMatchObject({
    code: 'invalid_input',
    suggestion: expect.stringContaining('keys'),
  });
  expect(refused({ query: 'abs(pods)' })).toMatchObject({ code: 'invalid_input' });
  expect(refused({ query: 'a' }, 'plain text')).toMatchObject({ message: 'This evidence is text, not JSON.' });
  expect(refused({ query: 'a', grep: 'b' })).toMatchObject({ code: 'invalid_input' });
});
