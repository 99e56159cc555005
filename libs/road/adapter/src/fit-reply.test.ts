import { expect, test } from '@jest/globals';
import { fitReply } from './fit-reply.ts';
import { secretsIn } from './secrets-in.ts';

const giving = (data: Record<string, unknown>) => ({ ok: true as const, output: { data, summary: 'Done.' } });

test('a reply without a secret leaves as it is', () => {
  const reply = giving({ text: 'hello' });
  expect(fitReply(reply, { secrets: ['correct horse'], effect: 'read' })).toBe(reply);
});

test('a secret of the connection does not leave, however deep it lies and however it must be escaped', () => {
  const secrets = secretsIn({ token: 'tok-"quoted"\n-0123', more: ['another-secret', 'short'] });
  const reply = fitReply(giving({ a: [{ b: `x ${secrets.join(' and ')}` }], short: 'short' }), {
    secrets,
    effect: 'read',
  });
  expect(reply).toEqual(giving({ a: [{ b: 'x [redacted] and [redacted]' }], short: 'short' }));
});

test('more than the bus carries is refused with a way out; a write says that it may have been done', () => {
  const large = giving({ text: 'x'.repeat(17 * 1024 * 1024) });
  expect(fitReply(large, { secrets: [], effect: 'read' })).toEqual({
    ok: false,
    error: {
      code: 'upstream_failed',
      message: 'The answer has 18 MiB; 16 can be carried.',
      suggestion: expect.any(String),
      retryable: false,
    },
  });
  expect(fitReply(large, { secrets: [], effect: 'write' })).toMatchObject({ ok: false, outcomeUnknown: true });
});
