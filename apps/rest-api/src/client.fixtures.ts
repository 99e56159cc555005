/** JSON as it came; tests look into it without a schema. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined where the answer is no JSON. */
  body: Json;
}

type Headed = Readonly<Record<string, string>>;

/** A client as curl is one: nothing is retried or followed, nothing is thrown for a status. */
export interface Client {
  /** A body that is a string goes as it is. */
  request(method: string, path: string, body?: unknown, headers?: Headed): Promise<Answer>;
  get(path: string, headers?: Headed): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Headed): Promise<Answer>;
  put(path: string, body: unknown, headers?: Headed): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Headed): Promise<Answer>;
  delete(path: string, headers?: Headed): Promise<Answer>;
  /** Sends a form, as a browser does. */
  form(path: string, fields: Headed, headers?: Headed): Promise<Answer>;
}

export function createClient(origin: string, own: Headed = {}): Client {
  async function send(method: string, path: string, text: string | undefined, headers: Headed): Promise<Answer> {
    const response = await fetch(origin + path, {
      method,
      redirect: 'manual',
      headers: { ...own, ...headers },
      ...(text !== undefined && { body: text }),
    });
    const answered = await response.text();
    return { status: response.status, headers: response.headers, text: answered, body: parsed(answered) };
  }

  function request(method: string, path: string, body?: unknown, headers: Headed = {}): Promise<Answer> {
    if (body === undefined) return send(method, path, undefined, headers);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return send(method, path, text, { 'content-type': 'application/json', ...headers });
  }

  return {
    request,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body, headers),
    put: (path, body, headers) => request('PUT', path, body, headers),
    patch: (path, body, headers) => request('PATCH', path, body, headers),
    delete: (path, headers) => request('DELETE', path, undefined, headers),
    form: (path, fields, headers) =>
      send('POST', path, new URLSearchParams(fields).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      }),
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
