import { createHash } from 'node:crypto';
import { AppError } from '@devmesh/contracts';
import type { Principal } from '@devmesh/contracts';
import type { RouteContext, Route } from './define-route.ts';
import type { DoorIdempotency, StoredReply } from './door-options.ts';
import type { JsonReply } from './reply.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws invalid_input when the header is there and is no usable key. */
export function idempotencyKeyOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (KEY.test(header)) return header;
  throw new AppError('invalid_input', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', {
    details: { fields: { 'Idempotency-Key': 'is not usable' } },
    suggestion: 'Send a fresh UUID for each thing that is to be made, and the same one when you try again.',
  });
}

/** Runs the handler once per key; a repeat gets the stored answer, marked `Idempotency-Replayed: true`. */
export async function runOnce(
  route: Route,
  principal: Principal,
  key: string,
  context: RouteContext,
  idempotency: DoorIdempotency,
): Promise<JsonReply<unknown>> {
  let replayed = true;
  const {
    status,
    body,
    headers = {},
  } = await idempotency.run(principal, route.name, key, inputHash(context), async () => {
    replayed = false;
    return storable(await route.handler(context), route);
  });
  return { kind: 'json', status, body, headers: replayed ? { ...headers, 'idempotency-replayed': 'true' } : headers };
}

function storable(answer: Awaited<ReturnType<Route['handler']>>, route: Route): StoredReply {
  if (answer.kind !== 'json') throw new Error(`${route.name} is idempotent and must answer JSON`);
  return { status: answer.status, body: answer.body, headers: answer.headers };
}

/** The same input whatever the order in which its fields were written. */
export function inputHash({ params, query, body }: Pick<RouteContext, 'params' | 'query' | 'body'>): string {
  return createHash('sha256')
    .update(JSON.stringify([params, query, body], sortKeys) ?? '')
    .digest('base64url');
}

function sortKeys(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
