import { expect, test } from '@jest/globals';
import { generateSystemKey } from '@devmesh/vault';
import { spawnNotes } from './notes-process.fixtures.ts';

const { privateJwk, publicJwk } = await generateSystemKey();
const usable = { NATS_URL: 'nats://127.0.0.1:1', ADAPTER_PRIVATE_JWK: JSON.stringify(privateJwk) };

test.each([
  ['nothing is configured', {}, ['NATS_URL: is missing', 'ADAPTER_PRIVATE_JWK: is missing']],
  [
    'the key is none',
    { ...usable, ADAPTER_PRIVATE_JWK: 'secret!' },
    ['ADAPTER_PRIVATE_JWK: must be a private key as a JWK'],
  ],
  [
    'the key is the public half',
    { ...usable, ADAPTER_PRIVATE_JWK: JSON.stringify(publicJwk) },
    ['ADAPTER_PRIVATE_JWK: must be a private key'],
  ],
  ['its connections belong to nobody', { ...usable, NOTES_PIN: '31415926' }, ['DEVMESH_ORG: is missing']],
])('says what is wrong and leaves with 78 when %s', async (_, environment, faults) => {
  const { code, stderr } = await spawnNotes(environment).end;
  expect(code).toBe(78);
  for (const fault of faults) expect(stderr).toContain(fault);
  expect(stderr).not.toMatch(/secret!|31415926/);
});
