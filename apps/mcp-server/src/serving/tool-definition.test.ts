import { fromJsonSchema, type StandardSchemaV1 } from '@modelcontextprotocol/server';
import { expect, test } from '@jest/globals';
import { replySchema } from './tool-definition.ts';

const OUTPUT = {
  type: 'object',
  $defs: { alert: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
  properties: { alerts: { type: 'array', items: { $ref: '#/$defs/alert' } } },
  required: ['alerts'],
  additionalProperties: false,
};
const REPLY = { success: true, status: 'succeeded', call_id: 'call_1', summary: 'Two.', duration_ms: 1 };

/** As a client does that checks structured content. */
async function fits(reply: unknown): Promise<boolean> {
  const schema: StandardSchemaV1 = fromJsonSchema(replySchema(OUTPUT));
  return (await schema['~standard'].validate(reply)).issues === undefined;
}

test('a reply fits when its data is what the tool says, definitions and all', async () => {
  expect(await fits({ ...REPLY, data: { alerts: [{ name: 'HighLatency' }] } })).toBe(true);
  expect(await fits({ ...REPLY, data: { alerts: [{ title: 'HighLatency' }] } })).toBe(false);
});

test('a call that waits for a person fits with empty data', async () => {
  expect(
    await fits({ ...REPLY, success: false, status: 'approval_pending', approval_url: 'http://localhost/a', data: {} }),
  ).toBe(true);
});

test('a reply without a call id does not fit', async () => {
  const { call_id: _none, ...rest } = REPLY;
  expect(await fits({ ...rest, data: {} })).toBe(false);
});
