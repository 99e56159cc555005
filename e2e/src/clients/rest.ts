/** JSON as it came; tests look into it without a schema. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface RestAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined where the answer is no JSON. */
  body: Json;
}

export interface RestOptions {
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export interface Rest {
  /** A body that is a string goes as it is. */
  request(method: string, path: string, body?: unknown, options?: RestOptions): Promise<RestAnswer>;
  get(path: string, options?: RestOptions): Promise<RestAnswer>;
  post(path: string, body?: unknown, options?: RestOptions): Promise<RestAnswer>;
  /** `tools/:name/execute`. */
  call(tool: string, parameters?: Json, options?: RestOptions & { connection?: string }): Promise<RestAnswer>;
}

/** A client as curl is one: nothing is retried, nothing is thrown for a status. */
export function rest(origin: string, key?: string): Rest {
  async function request(
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, signal }: RestOptions = {},
  ): Promise<RestAnswer> {
    const response = await fetch(origin + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  return {
    request,
    get: (path, options) => request('GET', path, undefined, options),
    post: (path, body, options) => request('POST', path, body, options),
    call: (tool, parameters = {}, { connection, ...options } = {}) =>
      request(
        'POST',
        `/api/v1/tools/${tool}/execute`,
        { parameters, ...(connection !== undefined && { connection }) },
        options,
      ),
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
