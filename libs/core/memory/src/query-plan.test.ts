import { expect, test } from '@jest/globals';
import { essentialTerms } from './query-plan.ts';

const term = (frequency: number, idf: number) => ({ term: `t${frequency}`, surface: `t${frequency}`, frequency, idf });

test('rare terms choose the candidates, and the rest is worth a known sum', () => {
  const terms = [term(5, 9), term(90, 6), term(2_000, 3), term(9_000, 1)];
  expect(essentialTerms(terms, 100)).toEqual({ essential: terms.slice(0, 2), restIdf: 4 });
  expect(essentialTerms(terms, 100_000)).toEqual({ essential: terms, restIdf: 0 });
});

test('a query of common terms only still looks for the rarest of them', () => {
  const terms = [term(9_000, 1), term(9_500, 0.5)];
  expect(essentialTerms(terms, 100)).toEqual({ essential: terms.slice(0, 1), restIdf: 0.5 });
});
