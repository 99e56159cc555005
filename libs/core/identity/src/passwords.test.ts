import { expect, test } from '@jest/globals';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords({ atOnce: 1, waiting: 10 });

/** Of the processor, not of the clock: what else the machine does must not count. */
async function workMs(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < 5; i++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test('knows the right password from a wrong one', async () => {
  const stored = await passwords.hash('SecurePass123!');
  expect(await passwords.verify('SecurePass123!', stored)).toBe(true);
  expect(await passwords.verify('SecurePass123', stored)).toBe(false);
});

test('hashes the same password differently each time', async () => {
  expect(await passwords.hash('SecurePass123!')).not.toBe(await passwords.hash('SecurePass123!'));
});

test('works as hard where there is nothing to compare with, so that time does not tell who has an account', async () => {
  const stored = await passwords.hash('SecurePass123!');
  const known = await workMs(() => passwords.verify('Wrong-Pass1', stored));
  const unknown = await workMs(() => passwords.verify('Wrong-Pass1', null));
  expect(unknown).toBeGreaterThan(known / 2);
  expect(unknown).toBeLessThan(known * 2);
  for (const broken of ['', 'plain', '$argon2id$v=19$m=1']) expect(await passwords.verify('x', broken)).toBe(false);
});
