import { expect, test } from '@jest/globals';

interface Thrower {
  (reason: string): never;
}

const fail: Thrower = (reason) => {
  throw new Error(reason);
};

function stackOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).stack ?? '';
  }
  return '';
}

test('a stack line of a test names the line of the source, types stripped or not', () => {
  expect(stackOf(() => fail('here'))).toContain('toolchain.test.ts:8:9');
});
