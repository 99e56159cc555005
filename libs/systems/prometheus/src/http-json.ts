import { UpstreamError } from './upstream-error.ts';

export interface HttpJsonOptions {
  /** For messages: `Prometheus` or `Alertmanager`. */
  server: string;
  baseUrl: string;
  /** Value of the Authorization header. */
  authorization?: string | undefined;
  /** Beyond this an answer is refused, not cut. Bytes. */
  maxBytes?: number;
}

export interface HttpJson {
  get(path: string, params: Record<string, string | readonly string[] | undefined>, signal: AbortSignal): Promise<unknown>;
  send(method: 'POST' | 'DELETE', path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
}

const MAX_BYTES = 32 * 1024 * 1024;
/** Failures of the connection itself: the request never went out. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN']);

/** JSON over HTTP with a bound on the answer; an aborted signal closes the socket. Throws UpstreamError, or the signal's reason. */
export function createHttpJson({ server, baseUrl, authorization, maxBytes = MAX_BYTES }: HttpJsonOptions): HttpJson {
  const base = baseUrl.replace(/\/+$/, '');
  const headers = { accept: 'application/json', ...(authorization !== undefined && { authorization }) };

  async function request(method: string, url: URL, body: unknown, signal: AbortSignal): Promise<unknown> {
    const response = await fetchFrom(server, url, {
      method,
      signal,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A redirect could lead anywhere with our credential in hand.
      redirect: 'manual',
    });
    return readJson(server, response, maxBytes, signal);
  }

  return {
    get: (path, params, signal) => request('GET', urlOf(base, path, params), undefined, signal),
    send: (method, path, body, signal) => request(method, urlOf(base, path, {}), body, signal),
  };
}

function urlOf(base: string, path: string, params: Record<string, string | readonly string[] | undefined>): URL {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(params)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) url.searchParams.append(name, one);
  }
  return url;
}

async function fetchFrom(server: string, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    const code = codeOf(cause);
    if (NOT_SENT.has(code)) throw new UpstreamError(server, 'unreachable', `${server} cannot be reached (${code}).`, { sent: false, cause });
    throw new UpstreamError(server, 'lost', `The connection to ${server} broke before it answered.`, { cause });
  }
}

async function readJson(server: string, response: Response, maxBytes: number, signal: AbortSignal): Promise<unknown> {
  const text = await readText(server, response, maxBytes, signal);
  if (response.status >= 300 && response.status < 400) throw new UpstreamError(server, 'unreadable', `${server} answered with a redirect: the URL is not the API's own.`, { status: response.status });
  if (text === '' && response.ok) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    if (response.ok) return body;
    throw new UpstreamError(server, 'refused', refusalIn(body) ?? `${server} answered ${String(response.status)}.`, { status: response.status });
  } catch (thrown) {
    if (thrown instanceof UpstreamError) throw thrown;
    throw new UpstreamError(server, 'unreadable', `${server} answered ${String(response.status)} with something that is not JSON (${kindOf(response)}).`, { status: response.status, cause: thrown });
  }
}

async function readText(server: string, response: Response, maxBytes: number, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new UpstreamError(server, 'too_large', `${server} answered more than ${String(Math.floor(maxBytes / 1024 / 1024))} MiB.`, { status: response.status });
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof UpstreamError) throw cause;
    throw new UpstreamError(server, 'lost', `The connection to ${server} broke in the middle of its answer.`, { cause });
  }
  return text + decoder.decode();
}

// Prometheus: {error}; Alertmanager: a bare string, or {message}.
function refusalIn(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  const { error, message } = body as { error?: unknown; message?: unknown };
  return typeof error === 'string' ? error : typeof message === 'string' ? message : undefined;
}

function kindOf(response: Response): string {
  return response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
}

function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown';
}
