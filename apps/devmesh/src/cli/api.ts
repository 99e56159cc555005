import { newId } from '@devmesh/contracts';
import type { z } from 'zod';
import { interrupted } from './cli-error.ts';
import type { FoundKey } from './find-key.ts';
import { noAnswer, noKey, notUnderstood, refused } from './api-errors.ts';

const USUAL_TIMEOUT_MS = 60_000;

export interface RequestOptions<Body> {
  /** What the answer must look like; the answer itself is handed on as it came. */
  answers: z.ZodType<Body>;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  idempotencyKey?: string | undefined;
  ifMatch?: number | undefined;
  timeoutMs?: number | undefined;
  /** Health is asked without a key. */
  withoutKey?: boolean;
  /** Failing statuses that carry an answer all the same. */
  accepts?: readonly number[];
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The server, as a function. Nothing is tried twice: whoever typed the command decides that. */
export interface Api {
  url: string;
  hasKey: boolean;
  /** @throws CliError */
  request<Body>(method: Method, path: string, options: RequestOptions<Body>): Promise<Body>;
}

export interface ApiParts {
  url: string;
  key: FoundKey | undefined;
  version: string;
  interruption: AbortSignal;
  /** Of one request, where the command names none. */
  timeoutMs: number | undefined;
}

export function createApi({ url, key, version, interruption, timeoutMs }: ApiParts): Api {
  async function request<Body>(method: Method, path: string, options: RequestOptions<Body>): Promise<Body> {
    if (key === undefined && options.withoutKey !== true) throw noKey(url);
    const limitMs = options.timeoutMs ?? timeoutMs ?? USUAL_TIMEOUT_MS;
    const deadline = AbortSignal.timeout(limitMs);
    const requestId = newId('req');
    const headers = headersOf({ requestId, version, key: options.withoutKey === true ? undefined : key }, options);
    try {
      const response = await fetch(addressOf(url, path, options.query), {
        method,
        headers,
        // A redirect could lead anywhere with our key in hand.
        redirect: 'manual',
        signal: AbortSignal.any([deadline, interruption]),
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      });
      return read(response, await response.text(), options);
    } catch (error) {
      if (interruption.aborted) throw interrupted();
      throw noAnswer(error, { url, limitMs, timedOut: deadline.aborted, requestId });
    }
  }

  function read<Body>(response: Response, text: string, { answers, accepts = [] }: RequestOptions<Body>): Body {
    const answer = { response, text, json: jsonOf(text), url, keyFrom: key?.from };
    if (!response.ok && !accepts.includes(response.status)) throw refused(answer);
    if (response.status !== 204 && answer.json === undefined) throw refused(answer);
    const parsed = answers.safeParse(answer.json);
    if (!parsed.success) throw notUnderstood(answer, parsed.error);
    return answer.json as Body;
  }

  return { url, hasKey: key !== undefined, request };
}

function addressOf(url: string, path: string, query: RequestOptions<unknown>['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const search = new URLSearchParams(given).toString();
  return `${url}${path}${search === '' ? '' : `?${search}`}`;
}

function headersOf(
  { requestId, version, key }: { requestId: string; version: string; key: FoundKey | undefined },
  { body, idempotencyKey, ifMatch }: RequestOptions<unknown>,
): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': `devmesh-cli/${version}`,
    // Ours, so that a request that never came back can be found in the log of the server too.
    'x-request-id': requestId,
    ...(key !== undefined && { authorization: `Bearer ${key.key}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'if-match': `"${String(ifMatch)}"` }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
