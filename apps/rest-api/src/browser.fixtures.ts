import { createClient, type Client } from './client.fixtures.ts';
import { PASSWORD, type Rest, type Tenant } from './rest.fixtures.ts';

export interface Browser extends Client {
  cookie: string;
  /** The token that the forms of this session carry. */
  csrf: string;
}

/** Signs the owner in over the sign-in page. */
export async function signIn(rest: Rest, { email }: Pick<Tenant, 'email'>): Promise<Browser> {
  const { status, headers, text } = await rest.anonymous.form('/login', { email, password: PASSWORD });
  const cookie = cookieIn(headers);
  if (status !== 303 || cookie === undefined) throw new Error(`nobody was signed in: ${String(status)} ${text}`);
  const client = createClient(rest.url, { cookie });
  const csrf = csrfIn((await client.get('/approvals')).text);
  if (csrf === undefined) throw new Error('the page has no form');
  return { ...client, cookie, csrf };
}

export function cookieIn(headers: Headers): string | undefined {
  return headers.getSetCookie()[0]?.split(';')[0];
}

export function csrfIn(html: string): string | undefined {
  return /name="csrf_token" value="([^"]+)"/.exec(html)?.[1];
}
