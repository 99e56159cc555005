import { expect, test } from '@jest/globals';
import type { Principal } from '@devmesh/contracts';
import { handClock } from './identity.fixtures.ts';
import { createPrincipalCache, type Held, type Loaded } from './principal-cache.ts';

const clock = handClock();
const held = (keyId: string): Held => ({
  state: 'held',
  expiresAtMs: Infinity,
  principal: {
    organizationId: 'o',
    organizationSlug: 'o',
    id: `key:${keyId}`,
    kind: 'key',
    keyId,
    label: keyId,
    roles: [],
    scopes: [],
    toolset: 'all',
  } satisfies Principal,
});
const open = (limits: { maxHeld?: number; maxRefused?: number } = {}) =>
  createPrincipalCache({ clock, mayRemember: () => true, ...limits });

function counting(answer: Loaded) {
  const load = () => {
    load.calls += 1;
    return Promise.resolve(answer);
  };
  load.calls = 0;
  return load;
}

test('the least recently used goes first', async () => {
  const cache = open({ maxHeld: 2 });
  const [a, b, c] = ['a', 'b', 'c'].map((id) => counting(held(id)));
  await cache.find('a', a!);
  await cache.find('b', b!);
  await cache.find('a', a!);
  await cache.find('c', c!);
  await cache.find('a', a!);
  await cache.find('b', b!);
  expect([a!.calls, b!.calls, c!.calls]).toEqual([1, 2, 1]);
});

test('refusals are bounded too', async () => {
  const cache = open({ maxRefused: 2 });
  const first = counting({ state: 'refused', reason: 'unknown' });
  await cache.find('1', first);
  for (const ref of ['2', '3']) await cache.find(ref, counting({ state: 'refused', reason: 'unknown' }));
  await cache.find('1', first);
  expect(first.calls).toBe(2);
});

test('a load that began before a change is answered but not remembered, and nobody joins it afterwards', async () => {
  const cache = open();
  let finish: (loaded: Loaded) => void = () => undefined;
  const early = cache.find('k', () => new Promise((resolve) => (finish = resolve)));
  cache.forget([{ kind: 'key', id: 'k' }]);
  const late = counting({ state: 'refused', reason: 'revoked' });
  expect(await cache.find('k', late)).toMatchObject({ reason: 'revoked' });
  finish(held('k'));
  expect(await early).toMatchObject({ state: 'held' });
  expect(await cache.find('k', late)).toMatchObject({ reason: 'revoked' });
});

test('a failed load is not remembered', async () => {
  const cache = open();
  await expect(cache.find('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await cache.find('k', counting(held('k')))).toMatchObject({ state: 'held' });
});
