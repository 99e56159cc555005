import { expect, test } from '@jest/globals';
import { z } from 'zod';
import * as inputs from './inputs.ts';

const schemas = Object.entries(inputs).filter(([name]) => name !== 'Content' && name !== 'ContextId');

test.each(schemas)('%s can be described as JSON Schema, for OpenAPI and tools', (_name, schema) => {
  expect(Object.keys(z.toJSONSchema(schema, { io: 'input' })).length).toBeGreaterThan(1);
});

test('free-form objects are passed on untouched, key order and all', () => {
  const metadata: unknown = JSON.parse('{"z":1,"__proto__":{"x":1},"a":{"2":1,"1":2}}');
  expect(inputs.CreateContext.parse({ metadata }).metadata).toBe(metadata);
});

test.each([
  ['2026-11-20T10:00:00', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T10:00:00.123456', '2026-11-20T10:00:00.123Z'],
  ['2026-11-20T12:00:00+02:00', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
])('the time %s is read as %s', (written, read) => {
  expect(inputs.CreateContext.parse({ expires_at: written }).expires_at).toBe(read);
});

test.each(['tomorrow', '', '2026-13-45T00:00:00Z', '1700000000'])('%j is no time', (written) => {
  expect(inputs.CreateContext.safeParse({ expires_at: written }).success).toBe(false);
});

test('a query string may say numbers and flags as text', () => {
  expect(inputs.GetContext.parse({ include_content: 'true', max_tokens: '500' })).toEqual({
    include_content: true,
    max_tokens: 500,
  });
  expect(inputs.ListContexts.parse({ limit: '7', 'metadata.type': 'chat' })).toEqual({
    limit: 7,
    'metadata.type': 'chat',
  });
});

test('the searches that the samples send are understood', () => {
  const sent = { query: 'x', context_ids: null, limit: 10, similarity_threshold: 0.75, filters: {} };
  expect(inputs.Search.parse(sent)).toEqual({ ...sent, mode: 'auto' });
});
