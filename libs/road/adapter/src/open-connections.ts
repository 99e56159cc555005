import { createHash } from 'node:crypto';
import { AppError, type ToolCallMessage, type WireConnection } from '@devmesh/contracts';
import { openWith, type Jwk } from '@devmesh/vault';
import type { z } from 'zod';
import type { Adapter, OpenConnection } from './define-adapter.ts';
import { secretsIn } from './secrets-in.ts';

const KEPT_CONNECTIONS = 100;

interface OpenerParts<Clients extends object> {
  adapter: Pick<Adapter<Clients>, 'name' | 'settings' | 'credential' | 'connect'>;
  environment: readonly OpenConnection[];
  /** Slug of the one organisation that the environment's connections belong to. */
  organizationSlug: string;
  privateJwk: Jwk;
}

/** The clients of one connection, and what must never come back in a reply. */
export interface OpenedConnection<Clients extends object> {
  clients: Clients;
  secrets: readonly string[];
}

export type ConnectionOpener<Clients extends object> = (
  message: Pick<ToolCallMessage, 'connection' | 'organization'>,
) => Promise<OpenedConnection<Clients>>;

/**
 * Finds or makes the clients of the connection that a call names. Credentials are opened here and nowhere else. Throws
 * AppError `unavailable`: no connection, another organisation's, sealed to another key, settings that do not fit.
 */
export function createConnectionOpener<Clients extends object>(parts: OpenerParts<Clients>): ConnectionOpener<Clients> {
  const kept = new Map<string, OpenedConnection<Clients>>();
  return async (message) => {
    const { connection } = message;
    if (!connection) throw notConfigured(parts.adapter.name);
    const key = keyOf(message.organization.id, connection);
    const opened = kept.get(key) ?? (await open(parts, message.organization.slug, connection));
    remember(kept, key, opened);
    return opened;
  };
}

async function open<Clients extends object>(
  parts: OpenerParts<Clients>,
  slug: string,
  connection: WireConnection,
): Promise<OpenedConnection<Clients>> {
  const found =
    connection.origin === 'environment' ? fromEnvironment(parts, slug, connection) : await unseal(parts, connection);
  return { clients: parts.adapter.connect(found), secrets: secretsIn(found.credential) };
}

function fromEnvironment<Clients extends object>(
  { adapter, environment, organizationSlug }: OpenerParts<Clients>,
  slug: string,
  connection: WireConnection,
): OpenConnection {
  // The door already keeps organisations apart; the adapter checks again, since these credentials are its own.
  const found = environment.find(({ name }) => name === connection.name);
  if (slug !== organizationSlug || !found) throw notConfigured(adapter.name);
  return found;
}

async function unseal<Clients extends object>(
  { adapter, privateJwk }: OpenerParts<Clients>,
  { name, environment, endpoint, settings, sealedCredential }: WireConnection,
): Promise<OpenConnection> {
  return {
    name,
    environment,
    endpoint,
    settings: fitting(adapter.settings, settings, `settings of connection "${name}"`),
    credential:
      sealedCredential === undefined
        ? undefined
        : fitting(
            adapter.credential,
            await opened(privateJwk, sealedCredential, name),
            `credential of connection "${name}"`,
          ),
  };
}

async function opened(privateJwk: Jwk, sealed: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await openWith(privateJwk, sealed));
  } catch (cause) {
    throw new AppError('unavailable', `The credential of connection "${name}" cannot be opened by this adapter.`, {
      cause,
      suggestion: `Enter the credential of "${name}" again: it was sealed to another key.`,
      retryable: false,
    });
  }
}

function fitting<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // Names of fields only: what stands in them may be secret.
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'all of it'))].join(', ');
  throw new AppError('unavailable', `The ${what} do not fit this version of the adapter: ${fields}.`, {
    suggestion: 'Change the connection, as its system now describes it.',
    retryable: false,
  });
}

function notConfigured(system: string): AppError {
  return new AppError('unavailable', `No connection to ${system} is configured.`, {
    suggestion: `Add one: POST /api/v1/connections {"system":"${system}", …} or devmesh connection create.`,
    retryable: false,
  });
}

// Everything that a connection consists of: a change to any of it makes new clients.
function keyOf(organizationId: string, connection: WireConnection): string {
  return createHash('sha256')
    .update(JSON.stringify([organizationId, connection]))
    .digest('base64url');
}

// The one used longest ago goes first.
function remember<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > KEPT_CONNECTIONS) kept.delete(kept.keys().next().value ?? '');
}
