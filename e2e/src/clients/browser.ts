export interface Page {
  status: number;
  html: string;
  headers: Headers;
}

/** Somebody signed in: a cookie, and the token that the session's forms carry. No script is ever needed. */
export interface Browser {
  cookie: string;
  get(path: string): Promise<Page>;
  /** Sends the form of a page, with the token that this page carries. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Page>;
  /** Sends any form, as another site could make one. */
  send(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>;
}

export async function signIn(
  origin: string,
  { email, password }: { email: string; password: string },
): Promise<Browser> {
  const answer = await postForm(`${origin}/login`, { email, password, next: '/approvals' });
  return browserWith(origin, answer);
}

/** Sets the password on the page behind a sign-in link; the link's host is not asked for, only its path. */
export async function openSignInLink(link: string, password: string): Promise<Browser> {
  const { origin, pathname } = new URL(link);
  return browserWith(origin, await postForm(`${origin}${pathname}`, { password }));
}

function browserWith(origin: string, { status, headers, html }: Page): Browser {
  const cookie = headers.getSetCookie()[0]?.split(';')[0];
  if (status !== 303 || cookie === undefined)
    throw new Error(`nobody was signed in: ${String(status)} ${html.slice(0, 500)}`);
  const get = (path: string) => fetchPage(`${origin}${path}`, { headers: { cookie } });
  const send: Browser['send'] = (path, fields, headers = {}) =>
    postForm(`${origin}${path}`, fields, { cookie, ...headers });
  return {
    cookie,
    get,
    send,
    async submit(path, fields) {
      const token = csrfIn((await get(path)).html);
      if (token === undefined) throw new Error(`${path} has no form`);
      return send(path, { csrf_token: token, ...fields });
    },
  };
}

export function csrfIn(html: string): string | undefined {
  return /name="csrf_token" value="([^"]+)"/.exec(html)?.[1];
}

function postForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Page> {
  return fetchPage(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

async function fetchPage(url: string, init: RequestInit): Promise<Page> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  return { status: response.status, headers: response.headers, html: await response.text() };
}
