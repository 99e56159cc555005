import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSystemKey, type SystemKey } from '@devmesh/vault';
import { z } from 'zod';

const Jwk = z.record(z.string(), z.unknown());
const Stored = z.object({ publicJwk: Jwk, privateJwk: Jwk });

/** The key that opens the credentials of the systems served here: read from the data folder, or made there with mode 0600. */
export async function loadSystemKey(folder: string): Promise<SystemKey> {
  const path = join(folder, 'adapter-key.json');
  try {
    return Stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = await generateSystemKey();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify(key), { mode: 0o600, flag: 'wx' });
  return key;
}
