import { expect, test } from '@jest/globals';
import { nearestName } from './nearest-name.ts';

const names = ['organization_name', 'admin_email', 'prometheus.query', 'prometheus.query_range'];

test.each([
  ['organisation_name', 'organization_name'],
  ['adminEmail', 'admin_email'],
  ['prometheus_query', 'prometheus.query'],
  ['promethues.query', 'prometheus.query'],
])('takes %s for %s', (given, meant) => {
  expect(nearestName(given, names)).toBe(meant);
});

test.each(['', 'x', 'something entirely different', 'z'.repeat(100_000)])(
  'offers nothing when nothing is near',
  (given) => {
    expect(nearestName(given, names)).toBeUndefined();
  },
);

test('two letters that changed places are one slip', () => {
  expect(nearestName('qeury', ['query', 'limit'])).toBe('query');
  expect(nearestName('tiem', ['time', 'tone'])).toBe('time');
});
