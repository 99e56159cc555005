import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { handClock, openDoor, registration, type TestDoor } from './identity.fixtures.ts';

let store: Store;
let door: TestDoor;

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  door = openDoor(store.db, handClock(), { hashing: { atOnce: 1, waiting: 0 } });
});
afterEach(() => door.close());
afterAll(() => store.close());

test('an attempt that was too many to be hashed is given back and locks nobody', async () => {
  const input = registration();
  await door.identity.registerOrganization(input);
  const guesses = Array.from({ length: 5 }, () =>
    door.identity.login({ email: input.admin_email, password: 'Wrong-Pass1' }),
  );
  const codes = (await Promise.allSettled(guesses)).map((answer) => answer.status === 'rejected' && answer.reason.code);
  expect(codes).toContain('unavailable');
  const { rows } = await sql<{
    login_attempts: number;
    locked_until: Date | null;
  }>`SELECT login_attempts, locked_until FROM users WHERE email = ${input.admin_email}`.execute(store.db);
  const compared = codes.filter((code) => code === 'unauthenticated').length;
  expect(rows).toEqual([{ login_attempts: compared, locked_until: null }]);
});
