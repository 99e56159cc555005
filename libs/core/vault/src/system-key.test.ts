import { expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { generateSystemKey, openWith, sealTo } from './system-key.ts';

const { publicJwk, privateJwk } = await generateSystemKey();

test('a credential sealed to a system opens only with its private key', async () => {
  const sealed = await sealTo(publicJwk, '{"token":"grüße"}');
  expect(await openWith(privateJwk, sealed)).toBe('{"token":"grüße"}');
  await expect(openWith((await generateSystemKey()).privateJwk, sealed)).rejects.toMatchObject({
    code: 'internal',
    suggestion: expect.stringContaining('again'),
  });
});

test('the public half is public, and a sealed credential names it', async () => {
  expect(publicJwk).not.toHaveProperty('d');
  expect(JSON.parse(JSON.stringify(publicJwk))).toEqual(publicJwk);
  expect(decodeProtectedHeader(await sealTo(publicJwk, 'x'))).toMatchObject({
    alg: 'ECDH-ES+A256KW',
    enc: 'A256GCM',
    kid: publicJwk['kid'],
  });
});

test('sealing with the private half by mistake does not spread it', async () => {
  const sealed = await sealTo(privateJwk, 'x');
  expect(JSON.stringify(decodeProtectedHeader(sealed))).not.toContain(String(privateJwk['d']));
  expect(await openWith(privateJwk, sealed)).toBe('x');
});

test('a symmetric key, a key of another kind and nonsense are refused', async () => {
  const bad = [
    { kty: 'oct', k: 'AAAA' },
    { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
    { kty: 'RSA', n: 'AA', e: 'AQAB' },
    {},
  ];
  for (const jwk of bad) await expect(sealTo(jwk, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
});

test('a changed credential does not open', async () => {
  await expect(openWith(privateJwk, 'a.b.c.d.e')).rejects.toMatchObject({ code: 'internal' });
});
