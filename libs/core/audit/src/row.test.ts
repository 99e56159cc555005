import { expect, test } from '@jest/globals';
import type { AuditEvent } from './event.ts';
import { toRow } from './row.ts';

const event: AuditEvent = {
  organizationId: 'org_1',
  actor: { id: 'key:1', label: 'ci', kind: 'key' },
  action: 'call.requested',
  outcome: 'pending',
};
const detailsOf = (details: Record<string, unknown>) =>
  JSON.parse(toRow({ ...event, details }).details!) as Record<string, unknown>;

test('arguments are kept without their secrets', () => {
  const token = `devmesh_${'a1B2'.repeat(10)}xyz`;
  expect(detailsOf({ password: 'hunter2', note: `use ${token}`, replicas: 3 })).toEqual({
    password: expect.not.stringContaining('hunter2'),
    note: expect.not.stringContaining(token),
    replicas: 3,
  });
  expect(toRow({ ...event, target: `x ${token}` }).target).not.toContain(token);
});

test('what Postgres cannot hold is replaced, and nothing else is', () => {
  expect(detailsOf({ 'a\0': ['b\0c', '\ud800', 'x\udc00y', '😀', '\\u0000', '\\\\ud800', 10n] })).toEqual({
    'a\ufffd': ['b\ufffdc', '\ufffd', 'x\ufffdy', '😀', '\\u0000', '\\\\ud800', '10'],
  });
  expect(toRow({ ...event, target: 'a\0\ud800' }).target).toBe('a\ufffd\ufffd');
});

test('details that are too long are cut, and say so', () => {
  expect(detailsOf({ manifest: 'a manifest '.repeat(10_000) })).toEqual({
    truncated: true,
    characters: expect.any(Number),
    preview: expect.stringContaining('a manifest'),
  });
});

test('a circle in the details does not lose the line', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(() => detailsOf(circle)).not.toThrow();
});
