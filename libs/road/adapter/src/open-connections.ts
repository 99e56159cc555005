import { createHash } from 'node:crypto';
import { AppError, type ToolCallMessage, type WireConnection } from '@devmesh/contracts';
import { openWith } from '@devmesh/vault';
import type { z } from 'zod';
import type { Adapter, OpenConnection } from './define-adapter.ts';

const KEPT_CLIENTS = 100;

interface Parts<Clients extends object> {
  adapter: Pick<Adapter<Clients>, 'name' | 'settings' | 'credential' | 'connect'>;
  environment: readonly OpenConnection[];
  /** Slug of the one organisation that the environment's connections belong to. */
  organizationSlug: string;
  privateJwk: Record<string, unknown>;
}

/** Finds or makes the clients of the connection that a call names. Credentials are opened here and nowhere else. */
export function createConnectionOpener<Clients extends object>(parts: Parts<Clients>) {
  const kept = new Map<string, Clients>();
  return async (message: ToolCallMessage): Promise<Clients> => {
    const connection = message.connection;
    if (!connection) throw notConfigured(parts.adapter.name);
    const key = keyOf(message.organization.id, connection);
    const known = kept.get(key);
    if (known) return known;
    const open = connection.origin === 'environment' ? fromEnvironment(parts, message, connection) : await unseal(parts, connection);
    const clients = parts.adapter.connect(open);
    remember(kept, key, clients);
    return clients;
  };
}

function fromEnvironment<Clients extends object>(parts: Parts<Clients>, message: ToolCallMessage, connection: WireConnection): OpenConnection {
  // The door already keeps organisations apart; the adapter checks again, since these credentials are its own.
  const found = parts.environment.find((candidate) => candidate.name === connection.name);
  if (message.organization.slug !== parts.organizationSlug || !found) throw notConfigured(parts.adapter.name);
  return found;
}

async function unseal<Clients extends object>({ adapter, privateJwk }: Parts<Clients>, connection: WireConnection): Promise<OpenConnection> {
  const { name, environment, endpoint, sealedCredential } = connection;
  const settings = adapter.settings.parse(connection.settings);
  const credential = sealedCredential === undefined ? undefined : await openCredential(adapter.credential, privateJwk, sealedCredential, name);
  return { name, environment, endpoint, settings, credential };
}

async function openCredential(schema: z.ZodType, privateJwk: Record<string, unknown>, sealed: string, name: string): Promise<unknown> {
  try {
    return schema.parse(JSON.parse(await openWith(privateJwk, sealed)));
  } catch (cause) {
    throw new AppError('unavailable', `The credential of connection "${name}" cannot be opened by this adapter.`, {
      cause,
      suggestion: 'Enter the credential again: it was sealed to another key.',
      retryable: false,
    });
  }
}

function notConfigured(system: string): AppError {
  return new AppError('unavailable', `No connection to ${system} is configured.`, {
    suggestion: `Add one: POST /api/v1/connections {"system":"${system}", …} or devmesh connection create.`,
    retryable: false,
  });
}

function keyOf(organizationId: string, connection: WireConnection): string {
  return createHash('sha256').update(JSON.stringify([organizationId, connection])).digest('base64url');
}

function remember<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  if (kept.size >= KEPT_CLIENTS) kept.delete(kept.keys().next().value ?? '');
  kept.set(key, value);
}
