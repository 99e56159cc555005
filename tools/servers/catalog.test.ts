import { expect, test } from '@jest/globals';
import { catalog } from './catalog.ts';

const place = { dir: '/d', port: 54_999, programs: '/p' };
const kinds = Object.entries(catalog('/d'));

test.each(kinds)('%s listens on 127.0.0.1 only, at the port it was given', (_name, { kind }) => {
  const { args, files, url } = kind.plan(place, {});
  const text = [...args, ...Object.values(files)].join('\n');
  expect(text).toMatch(/127\.0\.0\.1/);
  expect(text).toContain('54999');
  expect(text).not.toMatch(/0\.0\.0\.0|localhost|::/);
  expect(new URL(url).host).toBe('127.0.0.1:54999');
});

test('no two shared servers want the same port', () => {
  const ports = kinds.map(([, { port }]) => port);
  expect(new Set(ports).size).toBe(ports.length);
});

test("a test's own configuration reaches the server", () => {
  for (const [, { kind }] of kinds) {
    expect(Object.values(kind.plan(place, { config: 'own text' }).files).join()).toContain('own text');
  }
});
