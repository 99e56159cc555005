import { expect, test } from '@jest/globals';
import { secondsOf, selectorsOf } from './selectors.ts';

test.each([
  ['up', true],
  ['up{}', true],
  ['{job="api"}', true],
  ['{job=~"a.*"}', true],
  ["{__name__='up'}", true],
  ['{"up", job!="x"}', true],
  ['{}', false],
  ['{job=~".*"}', false],
  ['{job=~".+"}', false],
  ['{job=""}', false],
  ['{job!="api"}', false],
  ['{job!~"a", x=~`.*`}', false],
])('%s picks something: %s', (query, selective) => {
  expect(selectorsOf(query).selectors).toEqual([{ text: query, selective }]);
});

test('each selector once, however often it stands there', () => {
  expect(
    selectorsOf('sum(rate(a{b="}"}[5m])) / sum(rate(a{b="}"}[5m])) + c').selectors.map(({ text }) => text),
  ).toEqual(['a{b="}"}', 'c']);
});

test.each([
  ['up', 0],
  ['rate(x[5m])', 300],
  ['rate(x[300])', 300],
  ['rate(x[5m] offset 60d)', 300],
  ['max_over_time(rate(x[5m])[1h:1m])', 3900],
  ['rate(x[5m]) + rate(y[1h30m])', 5400],
])('%s reaches %d seconds back', (query, seconds) => {
  expect(selectorsOf(query).reachSeconds).toBe(seconds);
});

test('a query that does not parse is left to Prometheus', () => {
  expect(() => selectorsOf('sum(rate(')).not.toThrow();
});

test('durations are read as PromQL writes them', () => {
  expect(['1h30m', '250ms', '1w', '90', 'soon'].map(secondsOf)).toEqual([5400, 0.25, 604_800, 90, 0]);
});
