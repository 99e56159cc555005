import { expect, test } from '@jest/globals';
import { stem } from './stem.ts';
import { termsOf, tokenize } from './terms.ts';

const terms = (text: string) => [...termsOf(text)];

test.each([
  ['deploys deployed deploying deployment deployments', 'deploy'],
  ['retry retries retried retrying', 'retry'],
  ['rotate rotated rotating rotation rotates', 'rotat'],
  ['fail failed failing fails failure failures', 'fail'],
  ['cache caches cached caching', 'cach'],
  ['run runs running', 'run'],
  ['install installed installing', 'install'],
])('the inflections "%s" are one term', (words, term) => {
  expect(words.split(' ').map(stem)).toEqual(words.split(' ').map(() => term));
});

test.each(['status', 'redis', 'dns', 'process', 'need', 'string', 'bus'])('"%s" keeps its ending', (word) => {
  expect(stem(word)).toBe(word);
});

test.each([
  ['ERR_CONN_REFUSED', ['err_conn_refused', 'err', 'conn', 'refus']],
  ['checkout-7d9f8b6c5-x2x7k', ['checkout-7d9f8b6c5-x2x7k', 'checkout', '7d9f8b6c5', 'x2x7k']],
  ['v1.14.2', ['v1.14.2', '1.14.2']],
  ['10.0.3.17', ['10.0.3.17']],
  ['/etc/nginx/nginx.conf', ['/etc/nginx/nginx.conf', 'nginx.conf', 'etc', 'nginx', 'conf']],
  ['CrashLoopBackOff', ['crashloopbackoff', 'crash', 'loop', 'back']],
  ['10.0.0.7:8080', ['10.0.0.7:8080', '10.0.0.7', '8080']],
])('the identifier %s is indexed whole and split', (text, expected) => {
  expect(terms(text)).toEqual(expect.arrayContaining(expected));
});

test('a full SHA is found by its short form', () => {
  expect(terms('fixed in 9fceb02d0ae598e95dc970b74767f19372d61af8')).toContain('9fceb02');
});

test('punctuation, quotes, brackets and case around a word do not matter', () => {
  expect(terms('("Checkout"), \'CHECKOUT\'! [checkout]; checkout.')).toEqual(terms('checkout'));
});

test('stop words and contractions leave nothing behind', () => {
  expect(terms("What's the thing that you don't do, and why isn't it?")).toEqual(['thing']);
});

test('accents do not matter, and scripts without spaces are found by pairs of characters', () => {
  expect(terms('Café')).toEqual(terms('cafe'));
  expect(terms('データベース')).toContain('データ'.slice(0, 2));
  expect(terms('Podが落ちた')).toContain('pod');
});

test('emoji, lone surrogates, NUL and 51,000 characters are safe', () => {
  expect(terms('deploy 🚀 done')).toContain('🚀');
  expect(terms('a\uD800b \0 checkout')).toContain('checkout');
  expect(Math.max(...terms('x'.repeat(51_000)).map((term) => term.length))).toBeLessThanOrEqual(96);
});

test('words that happen to be joined are no identifiers', () => {
  expect(tokenize('read/write follow-up GitHub e.g. ERR_1 a.b.c /tmp/x').map(({ identifier }) => identifier)).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
});
