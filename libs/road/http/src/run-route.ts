import { AppError } from '@devmesh/contracts';
import { withSpan } from '@devmesh/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { admit, admitAnonymous } from './admission.ts';
import type { Admitted } from './admission.ts';
import { assertCsrf, CSRF_FIELD, needsCsrf } from './csrf.ts';
import type { Route, RouteContext } from './define-route.ts';
import type { DoorOptions } from './door-options.ts';
import { idempotencyKeyOf, runOnce } from './idempotency.ts';
import { parsePart } from './parse-part.ts';
import { bodyReader } from './read-body.ts';
import type { BodyReader } from './read-body.ts';
import type { RouteReply } from './reply.ts';
import { routeContext } from './route-context.ts';
import { sendError } from './send-error.ts';
import { sendJson, sendStream, sendText } from './send-reply.ts';
import { serveEvents } from './serve-events.ts';

const DEFAULT_BODY_BYTES = 1024 * 1024;
const DEFAULT_HEARTBEAT_MS = 15_000;

/** The way of a request to one route: who, how often, what, do it, answer. */
export function runRoute(route: Route, options: DoorOptions, draining: AbortSignal): RequestHandler {
  const limit = route.maxBodyBytes ?? options.maxBodyBytes ?? DEFAULT_BODY_BYTES;
  const readBody = route.body === undefined ? undefined : bodyReader(route.bodyType ?? 'json', limit);
  const spanName = `${route.method} ${route.path}`;

  async function run(request: Request, response: Response, requestId: string): Promise<void> {
    const context = await contextFor(route, request, response, requestId, readBody, options);
    const answer = await answerOf(route, context, options);
    await send(route, context, answer, options, draining);
  }

  return async (request, response) => {
    response.locals['route'] = route.path;
    const requestId = String(response.locals['requestId']);
    try {
      await withSpan(spanName, { 'http.route': route.path }, () => run(request, response, requestId));
    } catch (error) {
      fail(route, request, response, error, requestId, options);
    }
  };
}

async function contextFor(
  route: Route,
  request: Request,
  response: Response,
  requestId: string,
  readBody: BodyReader | undefined,
  options: DoorOptions,
): Promise<RouteContext> {
  const admitted = await admitTo(route, request, response, options);
  const params = route.params === undefined ? undefined : parsePart(route.params, request.params, 'path');
  const query = route.query === undefined ? undefined : parsePart(route.query, request.query, 'query');
  const raw = await readBody?.(request, response);
  if (admitted?.csrf !== undefined && needsCsrf(request.method)) assertCsrf(request, raw, admitted.csrf);
  const body = route.body === undefined ? undefined : parsePart(route.body, withoutToken(route, raw), 'body');
  return routeContext(request, response, { requestId, admitted, params, query, body });
}

async function admitTo(
  route: Route,
  request: Request,
  response: Response,
  options: DoorOptions,
): Promise<Admitted | undefined> {
  if (route.access !== 'public') return admit(request, response, { access: route.access, scope: route.scope }, options);
  await admitAnonymous(request, response, options);
  return undefined;
}

function withoutToken(route: Route, raw: unknown): unknown {
  if (route.bodyType !== 'form' || typeof raw !== 'object' || raw === null) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([name]) => name !== CSRF_FIELD));
}

async function answerOf(route: Route, context: RouteContext, options: DoorOptions): Promise<RouteReply> {
  const { principal } = context;
  const { idempotency } = options;
  if (route.idempotent !== true || idempotency === undefined || principal === undefined) return route.handler(context);
  const key = idempotencyKeyOf(context.header('idempotency-key'));
  return key === undefined ? route.handler(context) : runOnce(route, principal, key, context, idempotency);
}

async function send(
  route: Route,
  { request, response, principal }: RouteContext,
  answer: RouteReply,
  options: DoorOptions,
  draining: AbortSignal,
): Promise<void> {
  switch (answer.kind) {
    case 'json':
      if (options.checkReplies === true) checkReply(route, answer.status, answer.body);
      sendJson(request, response, answer);
      return;
    case 'text':
      sendText(response, answer);
      return;
    case 'stream':
      if (request.method === 'HEAD') return sendText(response, { ...answer, kind: 'text', status: 200, text: '' });
      return sendStream(response, answer);
    case 'events': {
      if (request.method === 'HEAD')
        return sendText(response, {
          kind: 'text',
          status: 200,
          text: '',
          headers: { 'content-type': 'text/event-stream; charset=utf-8' },
        });
      const { identity, heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
      return serveEvents(request, response, answer, { heartbeatMs, draining, identity, principal });
    }
  }
}

/** In tests an answer that its own schema does not describe is a fault of ours. */
function checkReply(route: Route, status: number, body: unknown): void {
  if (body === undefined) return;
  const schema = route.responses[status];
  if (schema === undefined) throw new Error(`${route.name} answered ${String(status)}, which it does not declare`);
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(body)));
  if (!parsed.success)
    throw new Error(`${route.name} answered ${String(status)} with a body that does not fit its schema`, {
      cause: parsed.error,
    });
}

function fail(
  route: Route,
  request: Request,
  response: Response,
  error: unknown,
  requestId: string,
  { logger, renderErrorPage }: DoorOptions,
): void {
  if (leftByClient(response, error)) {
    logger.debug('the client left before the answer', { path: route.path });
    return;
  }
  const { page } = route;
  if (
    page?.signInPath !== undefined &&
    error instanceof AppError &&
    error.code === 'unauthenticated' &&
    request.method === 'GET'
  ) {
    // Only the path of this very server goes along, so that nobody is sent elsewhere after signing in.
    response.redirect(303, `${page.signInPath}?next=${encodeURIComponent(request.originalUrl)}`);
    return;
  }
  sendError(request, response, error, {
    logger,
    requestId,
    renderErrorPage: page === undefined ? undefined : renderErrorPage,
  });
}

function leftByClient(response: Response, error: unknown): boolean {
  if (!response.destroyed || typeof error !== 'object' || error === null) return false;
  return (
    ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') || ('name' in error && error.name === 'AbortError')
  );
}
