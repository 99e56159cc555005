import { resolve } from 'node:path';
import { usageError } from './cli-error.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Io } from './io.ts';
import type { Profile } from './profile.ts';
import type { CliSettings } from './settings.ts';

const USUAL_URL = 'http://localhost:8081';

/** Where DevMesh is, without a slash at the end: the flag, the environment, the profile, the instance that runs here, the usual port. */
export async function findServer(
  options: GlobalOptions,
  settings: CliSettings,
  profile: Profile,
  io: Pick<Io, 'folder'>,
): Promise<string> {
  const given = options.url ?? settings.DEVMESH_URL ?? profile.url;
  return checked(given ?? (await runningHere(resolve(io.folder, settings.DEVMESH_DATA_DIR))) ?? USUAL_URL);
}

// The store is a heavy import: only whoever says nothing about the place pays for it.
async function runningHere(folder: string): Promise<string | undefined> {
  const { readFolderLock } = await import('@devmesh/store');
  const lock = await readFolderLock(folder).catch(() => undefined);
  const url = lock?.facts['rest_url'];
  return lock?.alive === true && typeof url === 'string' ? url : undefined;
}

function checked(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw usageError(`"${text}" is no address of a server.`, 'Write it whole: --url http://localhost:8081');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw usageError(
      'The address must hold no name or password.',
      'Leave them out; the key goes into --api-key-file or DEVMESH_API_KEY.',
    );
  // Whoever pastes the API's own address means the server.
  return `${url.origin}${url.pathname}`.replace(/\/(api\/v1\/?)?$/, '');
}
