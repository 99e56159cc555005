import { createVault } from '@devmesh/vault';
import { expect, test } from '@jest/globals';
import { principalOf } from '../test-world.ts';
import { createSessionIds, openingOf, type Opening } from './session-id.ts';

const vault = createVault({ masterKey: new Uint8Array(32).fill(1) });
const OPENING: Opening = {
  protocolVersion: '2025-11-25',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'c', version: '1' },
};
const at = (time: string) => () => new Date(time);
const ids = (clock = at('2026-11-20T10:00:00Z'), endpoint = 'mcp') => createSessionIds({ vault, clock }, endpoint);

test('an id gives its session back to the principal it was made for, at another replica too', async () => {
  const id = await ids().seal(principalOf('a'), OPENING);
  expect(await ids().open(id, principalOf('a'))).toEqual(OPENING);
  expect(await ids().open(id, principalOf('b'))).toBeUndefined();
});

test('an id is a header value, and says nothing readable', async () => {
  const id = await ids().seal(principalOf('a'), OPENING);
  expect(id).toMatch(/^[\x21-\x7e]{100,2000}$/);
  expect(Buffer.from(id, 'base64url').toString('latin1')).not.toContain('org_a');
});

test('an id ends after a day, and is of no use at another endpoint', async () => {
  const id = await ids().seal(principalOf('a'), OPENING);
  expect(await ids(at('2026-11-21T09:59:00Z')).open(id, principalOf('a'))).toEqual(OPENING);
  expect(await ids(at('2026-11-21T10:00:01Z')).open(id, principalOf('a'))).toBeUndefined();
  expect(await ids(undefined, 'conformance').open(id, principalOf('a'))).toBeUndefined();
});

test('a client that declares a novel is kept short, but can still be asked', () => {
  const novel = { ...OPENING, capabilities: { elicitation: { form: {} }, experimental: { text: 'x'.repeat(10_000) } } };
  expect(openingOf(novel)).toEqual({
    ...OPENING,
    capabilities: { elicitation: { form: {} } },
    clientInfo: { name: 'unknown', version: '0' },
  });
  expect(openingOf({ protocolVersion: 1 })).toBeUndefined();
});
