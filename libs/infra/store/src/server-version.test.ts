import { expect, test } from '@jest/globals';
import { judgeServerVersion } from './server-version.ts';

test('a pgvector below 0.8.0, or none, cannot run: exit 78', () => {
  for (const pgvector of ['', '0.7.4', '0.5'])
    expect(() => judgeServerVersion({ server: '17.6', pgvector })).toThrow(
      expect.objectContaining({ name: 'ConfigError' }),
    );
});

test('a pgvector with known defects runs with a warning that names the way out', () => {
  for (const pgvector of ['0.8.0', '0.8.3'])
    expect(judgeServerVersion({ server: '17.6', pgvector }).warning).toContain('0.8.4 or newer');
});

test('the tested versions run without a word, others are said to be untested', () => {
  expect(judgeServerVersion({ server: '18.6', pgvector: '0.8.7' })).toEqual({ server: '18.6', pgvector: '0.8.7' });
  expect(judgeServerVersion({ server: '16.1', pgvector: '0.10.0' }).warning).toContain('not tested');
});
