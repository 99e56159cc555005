import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { createVault } from './vault.ts';

const masterKey = randomBytes(32);
const vault = createVault({ masterKey });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const internal = { code: 'internal' };

test('what was sealed opens again, after a restart too', async () => {
  const sealed = await vault.seal('contexts', 'org_1/ctx_1', 'grüße');
  const restarted = createVault({ masterKey: Uint8Array.from(masterKey) });
  expect(text(await restarted.open('contexts', 'org_1/ctx_1', sealed))).toBe('grüße');
});

test('bytes come back as they were, none and a megabyte of them', async () => {
  for (const plain of [new Uint8Array(), randomBytes(1024 * 1024)]) {
    const opened = await vault.open('p', 'a', await vault.seal('p', 'a', plain));
    expect(Buffer.compare(opened, plain)).toBe(0);
  }
});

test('a sealed value is a compact JWE that shows neither purpose nor aad', async () => {
  const sealed = await vault.seal('contexts', 'org_1/ctx_1', 'x');
  expect(decodeProtectedHeader(sealed)).toMatchObject({ alg: 'dir', enc: 'A256GCM' });
  expect(Buffer.from(sealed.split('.')[0]!, 'base64url').toString()).not.toMatch(/contexts|org_1/);
});

test('the same text sealed twice looks different', async () => {
  expect(await vault.seal('p', 'a', 'x')).not.toBe(await vault.seal('p', 'a', 'x'));
});

test('another aad, purpose or master key, or a changed text, opens nothing', async () => {
  const sealed = await vault.seal('p', 'a', 'secret');
  const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
  await expect(vault.open('p', 'b', sealed)).rejects.toMatchObject(internal);
  await expect(vault.open('q', 'a', sealed)).rejects.toMatchObject(internal);
  await expect(createVault({ masterKey: randomBytes(32) }).open('p', 'a', sealed)).rejects.toMatchObject(internal);
  await expect(vault.open('p', 'a', changed)).rejects.toMatchObject(internal);
  await expect(vault.open('p', 'a', 'nonsense')).rejects.toMatchObject(internal);
});

test('an error about a sealed value does not carry it', async () => {
  const error = await vault.open('p', 'b', await vault.seal('p', 'a', 'hunter2')).catch((thrown: Error) => thrown);
  expect((error as Error).message).not.toContain('hunter2');
});

test('signed claims come back with their times', async () => {
  const claims = await vault.verify('access', await vault.sign('access', { sub: 'user_1' }, { expiresInMs: 60_000 }));
  expect(claims).toMatchObject({ sub: 'user_1', iat: expect.any(Number), exp: expect.any(Number) });
});

test('a token ends when its time is over', async () => {
  let now = new Date('2026-01-01T00:00:00Z');
  const timed = createVault({ masterKey, clock: () => now });
  const token = await timed.sign('access', {}, { expiresInMs: 60_000 });
  now = new Date('2026-01-01T00:00:59Z');
  expect(await timed.verify('access', token)).toBeDefined();
  now = new Date('2026-01-01T00:01:00Z');
  expect(await timed.verify('access', token)).toBeUndefined();
});

test('claims cannot prolong their own token', async () => {
  const token = await vault.sign('access', { exp: 9_999_999_999, iat: 1 }, { expiresInMs: 60_000 });
  expect((await vault.verify('access', token))!['exp']).toBeLessThan(9_999_999_999);
});

test('a token of another purpose, another key, no signature or no end is no token', async () => {
  const options = { expiresInMs: 60_000 };
  const endless = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(masterKey);
  const forged = [
    await vault.sign('refresh', {}, options),
    await createVault({ masterKey: randomBytes(32) }).sign('access', {}, options),
    new UnsecuredJWT({}).setExpirationTime('1h').encode(),
    endless,
    await vault.seal('access', 'a', '{}'),
    '',
    'a.b.c',
  ];
  for (const token of forged) expect(await vault.verify('access', token)).toBeUndefined();
});

test('a mac depends on purpose, text and master key, and on nothing else', () => {
  expect(vault.mac('p', 'x')).toBe(createVault({ masterKey }).mac('p', 'x'));
  expect(new Set([vault.mac('p', 'x'), vault.mac('q', 'x'), vault.mac('p', 'y')]).size).toBe(3);
  expect(vault.mac('p', 'x')).toMatch(/^[\w-]{43}$/);
});

test('more purposes than are kept in memory still give the same keys', () => {
  const first = vault.mac('purpose-0', 'x');
  for (let i = 1; i <= 2_000; i++) vault.mac(`purpose-${i}`, 'x');
  expect(vault.mac('purpose-0', 'x')).toBe(first);
});

test('the caller may wipe the master key', async () => {
  const wiped = Uint8Array.from(masterKey);
  const copy = createVault({ masterKey: wiped });
  wiped.fill(0);
  expect(copy.mac('p', 'x')).toBe(vault.mac('p', 'x'));
});

test('a master key of the wrong length is refused with what to do', () => {
  expect(() => createVault({ masterKey: randomBytes(16) })).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('16 bytes'),
      suggestion: expect.stringContaining('openssl'),
    }),
  );
});
