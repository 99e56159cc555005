import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Road } from '@devmesh/assembly';
import { z } from 'zod';
import type { StartSettings } from './settings.ts';

/** What somebody needs to get in. */
export interface FirstAccess {
  organization: { name: string; slug: string; createdAt: string };
  owner: string;
  /** Present only on the start that made it. */
  apiKey: string | undefined;
  /** Present until the owner has a password. */
  signInUrl: string | undefined;
}

/** Makes the organisation of a first start, and a sign-in link as long as the owner has no password. */
export async function ensureFirstAccess(
  { identity }: Pick<Road, 'identity'>,
  settings: StartSettings,
  publicUrl: string,
): Promise<FirstAccess> {
  const first = await identity.firstOrganization();
  const ensured = first ? undefined : await identity.ensureOrganization(initialOrganization(settings));
  const organization = ensured?.organization ?? first;
  if (!organization) throw new Error('there is no organisation after the first start');
  const owner = await identity.ownerOf(organization.id);
  const link = owner.has_password ? undefined : await identity.createSignInLink(organization.id, owner.id);
  return {
    organization: { name: organization.name, slug: organization.slug, createdAt: organization.created_at },
    owner: owner.email,
    apiKey: ensured?.apiKey,
    signInUrl: link && `${publicUrl}/sign-in/${link.token}`,
  };
}

function initialOrganization(settings: StartSettings) {
  const { DEVMESH_INIT_PASSWORD: password, DEVMESH_INIT_API_KEY: apiKey } = settings;
  return {
    slug: settings.DEVMESH_ORG ?? settings.DEVMESH_INIT_SLUG,
    name: settings.DEVMESH_INIT_ORGANIZATION,
    ownerEmail: settings.DEVMESH_INIT_EMAIL,
    ownerName: 'Owner',
    ...(password !== undefined && { password }),
    ...(apiKey !== undefined && { apiKey }),
  };
}

/**
 * Without a terminal a log may be kept for long: key and link go into a file that only this user reads. A later start renews the
 * link and leaves the key, which nobody can make again. Answers the file's path.
 */
export async function writeFirstAccess(
  folder: string,
  { apiKey, signInUrl }: Pick<FirstAccess, 'apiKey' | 'signInUrl'>,
): Promise<string | undefined> {
  const path = join(folder, 'first-access.json');
  const key = apiKey ?? (await keyIn(path));
  if (key === undefined && signInUrl === undefined) return undefined;
  await writeFile(path, `${JSON.stringify({ api_key: key, sign_in_url: signInUrl }, null, 2)}\n`, { mode: 0o600 });
  return path;
}

async function keyIn(path: string): Promise<string | undefined> {
  try {
    return z.object({ api_key: z.string().optional() }).parse(JSON.parse(await readFile(path, 'utf8'))).api_key;
  } catch {
    return undefined;
  }
}
