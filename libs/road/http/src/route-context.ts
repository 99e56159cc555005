import type { Request, Response } from 'express';
import type { Admitted } from './admission.ts';
import type { RouteContext } from './define-route.ts';
import { idempotencyKeyOf } from './idempotency.ts';

export interface ContextParts {
  requestId: string;
  admitted: Admitted | undefined;
  params: unknown;
  query: unknown;
  body: unknown;
}

/** What a handler is given. What few handlers ask for is made only when one does. */
export function routeContext(
  request: Request,
  response: Response,
  { requestId, admitted, params, query, body }: ContextParts,
): RouteContext {
  let signal: AbortSignal | undefined;
  return {
    principal: admitted?.principal,
    csrf: admitted?.csrf,
    params,
    query,
    body,
    requestId,
    request,
    response,
    get signal() {
      signal ??= signalOf(response);
      return signal;
    },
    get idempotencyKey() {
      return idempotencyKeyOf(request.get('idempotency-key'));
    },
    header: (name) => request.get(name),
  };
}

/** Aborts when the connection ends before the answer does. */
function signalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  const leave = () => {
    if (!response.writableFinished) controller.abort(new DOMException('The client has left.', 'AbortError'));
  };
  if (response.closed) leave();
  else response.once('close', leave);
  return controller.signal;
}
