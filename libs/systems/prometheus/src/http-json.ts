import { traceContext } from '@devmesh/runtime';
import { UpstreamError, type UpstreamFacts, type UpstreamFailure } from './upstream-error.ts';

export interface HttpJsonOptions {
  /** For messages: `Prometheus` or `Alertmanager`. */
  server: string;
  baseUrl: string;
  /** Value of the Authorization header. */
  authorization?: string | undefined;
  /** Beyond this an answer is refused, not cut. Bytes. */
  maxBytes?: number;
}

export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpJson {
  get(path: string, params: Params, signal: AbortSignal): Promise<unknown>;
  send(method: 'POST' | 'DELETE', path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
}

const MAX_BYTES = 32 * 1024 * 1024;

/** JSON over HTTP with a bound on the answer; an aborted signal closes the socket. Throws UpstreamError, or the signal's reason. */
export function createHttpJson({ server, baseUrl, authorization, maxBytes = MAX_BYTES }: HttpJsonOptions): HttpJson {
  const headers = { accept: 'application/json', ...(authorization !== undefined && { authorization }) };

  async function request(method: string, url: URL, body: unknown, signal: AbortSignal): Promise<unknown> {
    const failure: Failure = (kind, message, facts) =>
      new UpstreamError(server, kind, `${server} ${message}`, { write: method !== 'GET', ...facts });
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetchOr(failure, url, {
      method,
      signal,
      headers: { ...headers, ...traceContext(), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...json,
      // A redirect could lead anywhere with our credential in hand.
      redirect: 'manual',
    });
    return jsonOf(response, await textOf(response, failure, maxBytes, signal), failure);
  }

  return {
    get: (path, params, signal) => request('GET', urlOf(baseUrl, path, params), undefined, signal),
    send: (method, path, body, signal) => request(method, urlOf(baseUrl, path, {}), body, signal),
  };
}

/** Makes an error whose message begins with the server's name. */
type Failure = (kind: UpstreamFailure, message: string, facts?: UpstreamFacts) => UpstreamError;

function urlOf(base: string, path: string, params: Params): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  for (const [name, value] of Object.entries(params)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) url.searchParams.append(name, one);
  }
  return url;
}

async function fetchOr(failure: Failure, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    const code = unsentCode(cause);
    if (code !== undefined) throw failure('unreachable', `cannot be reached (${code}).`, { cause });
    throw failure('lost', 'broke the connection before it answered.', { cause });
  }
}

// What fails while the name is looked up, the connection made or the certificate checked has not been sent.
function unsentCode(thrown: unknown): string | undefined {
  const cause = ((thrown as Error).cause ?? {}) as { code?: string; syscall?: string; message?: string };
  // `fetch` itself refuses some ports, with no code.
  if (cause.message === 'bad port') return 'a port that HTTP clients refuse';
  const { code = '', syscall = '' } = cause;
  const connecting = syscall === 'connect' || syscall === 'getaddrinfo';
  const unsent =
    connecting ||
    /^(ECONNREFUSED|ENOTFOUND|EAI_|UND_ERR_CONNECT_|ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_)|SELF_SIGNED/.test(code);
  return unsent ? code : undefined;
}

async function textOf(response: Response, failure: Failure, maxBytes: number, signal: AbortSignal): Promise<string> {
  const { status } = response;
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes)
        throw failure('too_large', `answered more than ${String(maxBytes / 1024 / 1024)} MiB.`, { status });
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof UpstreamError) throw cause;
    throw failure('lost', 'broke the connection in the middle of its answer.', { cause });
  }
  return text + decoder.decode();
}

function jsonOf(response: Response, text: string, failure: Failure): unknown {
  const { status, ok } = response;
  if (status >= 300 && status < 400)
    throw failure('unreadable', "answered with a redirect: the URL is not the API's own.", { status });
  const body = parsed(text);
  const kind = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
  if (ok && body === NOT_JSON && text !== '')
    throw failure('unreadable', `answered with something that is not JSON (${kind}).`, { status });
  if (ok) return body === NOT_JSON ? undefined : body;
  // A page that is not there: not the API's "no such silence", which is empty or JSON.
  if (status === 404 && body === NOT_JSON && text !== '')
    throw failure('unreadable', `has no such page (404, ${kind}).`, { status });
  throw refusedWith(body, failure, status);
}

const NOT_JSON = Symbol('not JSON');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

// Prometheus: {errorType, error}; Alertmanager: a bare string, or {code, message}.
function refusedWith(body: unknown, failure: Failure, status: number): UpstreamError {
  const { error, message, errorType } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const words = [body, error, message].find((candidate) => typeof candidate === 'string' && candidate !== '');
  const refused = failure('refused', `answered ${String(status)}.`, {
    status,
    errorType: typeof errorType === 'string' ? errorType : undefined,
  });
  if (words !== undefined) refused.message = String(words).slice(0, 2000);
  return refused;
}
