import { AppError } from '@devmesh/contracts';
import { credsAuthenticator } from '@nats-io/transport-node';
import type { NodeConnectionOptions } from '@nats-io/transport-node';

/** How a process proves who it is: a user, a token, or the text of a `.creds` file (JWT and key). */
export type NatsCredentials = { user: string; pass: string } | { token: string } | { creds: string };

export interface NatsTarget {
  /** `nats://host:port`, or several divided by commas; `tls://` for TLS. User and password may stand in it. */
  url: string;
  credentials?: NatsCredentials | undefined;
  /** Of the process, one subject token: NATS shows it, and its answers arrive below `_INBOX.<name>`. */
  name: string;
}

/** How long one attempt to connect may take. */
const CONNECT_MS = 5_000;
const RECONNECT_WAIT_MS = 500;
/** A server that went away without a word is noticed after two of these. */
const PING_MS = 5_000;

export function natsOptions({ url, credentials, name }: NatsTarget): NodeConnectionOptions {
  const servers = url.split(',').map((text) => parse(text.trim()));
  return {
    servers: servers.map(({ server }) => server),
    name,
    ...authentication(credentials ?? servers.find(({ login }) => login !== undefined)?.login),
    ...(servers.some(({ tls }) => tls) && { tls: {} }),
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    // Credentials change under running processes; the default would give up for good after two refusals.
    ignoreAuthErrorAbort: true,
  };
}

interface Server {
  server: string;
  tls: boolean;
  login: NatsCredentials | undefined;
}

// The client leaves out what stands before the `@`.
function parse(text: string): Server {
  const url = URL.parse(text.includes('://') ? text : `nats://${text}`);
  if (url === null || !['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') {
    throw new AppError('invalid_input', 'The URL of NATS cannot be read.', {
      suggestion: 'Set NATS_URL to the like of nats://127.0.0.1:4222.',
    });
  }
  return { server: url.host, tls: url.protocol === 'tls:', login: loginOf(url) };
}

function loginOf({ username, password }: URL): NatsCredentials | undefined {
  if (username === '') return undefined;
  const user = decodeURIComponent(username);
  return password === '' ? { token: user } : { user, pass: decodeURIComponent(password) };
}

function authentication(credentials: NatsCredentials | undefined): NodeConnectionOptions {
  if (credentials === undefined) return {};
  if ('creds' in credentials) return { authenticator: credsAuthenticator(new TextEncoder().encode(credentials.creds)) };
  return credentials;
}
