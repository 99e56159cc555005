import type { Principal } from '@devmesh/contracts';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { RouteReply } from './reply.ts';

/**
 * `public`: anybody. `key`: whoever has a key, an access token or a signed-in browser. `person`: only somebody who signed
 * in; a key is told that a person must do it.
 */
export type Access = 'public' | 'key' | 'person';
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type BodyType = 'json' | 'form' | 'raw';

export interface RouteContext<A extends Access = Access, Params = unknown, Query = unknown, Body = unknown> {
  principal: A extends 'public' ? undefined : Principal;
  params: Params;
  query: Query;
  body: Body;
  requestId: string;
  /** Aborted when the client has left before the answer. */
  signal: AbortSignal;
  /** For routes that bring their own idempotency (tool calls); the door takes care of those with `idempotent`. */
  idempotencyKey: string | undefined;
  /** This browser session's token, for the forms of a page; undefined without a session. */
  csrf: string | undefined;
  header(name: string): string | undefined;
  /** Express's own, for what has no better way. Answer by the return value only. */
  request: Request;
  response: Response;
}

/** What every route says about itself, whatever its types. */
export interface RouteFacts {
  /** `contexts.create`: operation id, label of metrics, scope of idempotency keys. Unique. */
  name: string;
  method: Method;
  /** Express form: `/api/v1/contexts/:id`. */
  path: string;
  summary: string;
  description?: string;
  tag?: string;
  access: Access;
  /** Needed on top: `write`, `memory:write`. */
  scope?: string;
  /** Default `json`. */
  bodyType?: BodyType;
  /** Overrides the door's own. */
  maxBodyBytes?: number;
  /** A POST that makes something: `Idempotency-Key` is obeyed; `handler`: the handler itself sees to it (tool calls). */
  idempotent?: boolean | 'handler';
  /** A page for people: errors are pages too, and a GET without a session is sent to `signInPath`. */
  page?: { signInPath?: string };
  /** The predecessor whose clients this is kept for. */
  compat?: string;
  /** Media type of a 200 that is no JSON: an export, a stream of events. */
  produces?: string;
  /** Not in the OpenAPI document. */
  hidden?: boolean;
}

/** A route as a value: mounted, documented and walked over from this one object. */
export interface Route extends RouteFacts {
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  responses: Readonly<Record<number, z.ZodType>>;
  handler(context: RouteContext): Promise<RouteReply> | RouteReply;
}

type Schema = z.ZodType | undefined;
type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type BodyOf<Responses extends Record<number, z.ZodType>> = z.input<Responses[keyof Responses]>;

export interface RouteDefinition<
  A extends Access,
  P extends Schema,
  Q extends Schema,
  B extends Schema,
  R extends Record<number, z.ZodType>,
> extends RouteFacts {
  access: A;
  params?: P;
  query?: Q;
  /** Unknown fields are refused, unless the schema is a loose object. */
  body?: B;
  /** The bodies of success by status; errors have one form for all. */
  responses: R;
  handler(
    context: RouteContext<A, Parsed<P>, Parsed<Q>, Parsed<B>>,
  ): Promise<RouteReply<BodyOf<R>>> | RouteReply<BodyOf<R>>;
}

/**
 * Schema, who may, what happens, what is answered; in this order.
 * @example
 * defineRoute({
 *   name: 'contexts.read', method: 'GET', path: '/api/v1/contexts/:id', summary: 'Read a context',
 *   params: z.object({ id: z.string() }),
 *   access: 'key', scope: 'memory:read',
 *   handler: async ({ principal, params }) => reply(await memory.get(principal.organizationId, params.id)),
 *   responses: { 200: Context },
 * })
 */
export function defineRoute<
  A extends Access,
  R extends Record<number, z.ZodType>,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(definition: RouteDefinition<A, P, Q, B, R>): Route {
  const { params, query, body, handler, ...rest } = definition;
  // The handler is only ever called with what these same schemas have parsed.
  const erased = handler as unknown as Route['handler'];
  return { ...rest, params, query: strict(query), body: strict(body), handler: erased };
}

/** `z.object` drops unknown fields silently; a client that misspells one must hear of it. */
function strict(schema: Schema): Schema {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;
}
