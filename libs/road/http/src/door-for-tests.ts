import { AppError } from '@devmesh/contracts';
import type { Principal } from '@devmesh/contracts';
import { createHealth, createMetrics, silentLogger } from '@devmesh/runtime';
import { createDoor } from './create-door.ts';
import type { Door } from './create-door.ts';
import type { Route } from './define-route.ts';
import type { DoorIdentity, DoorOptions } from './door-options.ts';
import type { Listening } from './listen.ts';

/** Tests only: a door on a free port with one key, one person and one browser session. */
export interface TestDoor {
  door: Door;
  listening: Listening;
  options: DoorOptions;
  url: string;
  revoke(id: string): void;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export const KEY = 'devmesh_key';
export const PERSON = 'a.person.jwt';
export const COOKIE = 'devmesh_session=good';
export const CSRF = 'csrf-of-the-session';
export const asKey = { authorization: `Bearer ${KEY}` };
export const asJson = { ...asKey, 'content-type': 'application/json' };

const key: Principal = {
  organizationId: 'org_1',
  organizationSlug: 'acme',
  id: 'key:key_1',
  kind: 'key',
  keyId: 'key_1',
  label: 'agent',
  roles: [],
  scopes: ['read'],
  toolset: 'all',
};
const { keyId: _keyId, ...rest } = key;
const person: Principal = {
  ...rest,
  id: 'user:user_1',
  kind: 'person',
  userId: 'user_1',
  sessionId: 'session_1',
  label: 'ada@acme.example',
};

export async function openTestDoor(routes: readonly Route[], overrides: Partial<DoorOptions> = {}): Promise<TestDoor> {
  const listeners = new Set<(id: string) => void>();
  const clock = () => new Date('2026-01-01T00:00:00Z');
  const options: DoorOptions = {
    service: 'test',
    logger: silentLogger(),
    metrics: createMetrics({ service: 'test' }),
    health: createHealth({ clock }),
    clock,
    identity: identityWith(listeners),
    checkReplies: true,
    ...overrides,
  };
  const door = createDoor(options);
  door.mount(routes);
  const listening = await door.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${String(listening.port)}`;
  return {
    door,
    listening,
    options,
    url,
    revoke: (id) => {
      for (const listener of listeners) listener(id);
    },
    fetch: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
  };
}

function identityWith(listeners: Set<(id: string) => void>): DoorIdentity {
  return {
    authenticate: (credential) =>
      credential === KEY
        ? Promise.resolve(key)
        : credential === PERSON
          ? Promise.resolve(person)
          : Promise.reject(new AppError('unauthenticated', 'unknown key')),
    sessionFromCookie: (header) =>
      Promise.resolve(header?.includes(COOKIE) === true ? { principal: person, csrf: CSRF } : undefined),
    onRevoked: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    coversScope: (held, scope) => held.includes(scope),
  };
}
