import { configurationError } from './cli-error.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Profile } from './profile.ts';
import type { InputReader } from './read-input.ts';
import type { CliSettings } from './settings.ts';

export interface FoundKey {
  key: string;
  /** For the message when the server refuses it. */
  from: string;
}

/** The API key: `--api-key-file`, the environment, the profile. Undefined where there is none. */
export async function findKey(
  options: GlobalOptions,
  settings: CliSettings,
  profile: Profile,
  server: string,
  read: InputReader,
): Promise<FoundKey | undefined> {
  const { apiKeyFile } = options;
  if (apiKeyFile !== undefined) {
    const from = apiKeyFile === '-' ? 'stdin' : apiKeyFile;
    return { key: keyIn(await read.file(apiKeyFile, '--api-key-file'), from), from };
  }
  if (settings.DEVMESH_API_KEY !== undefined)
    return { key: keyIn(settings.DEVMESH_API_KEY, 'DEVMESH_API_KEY'), from: 'DEVMESH_API_KEY' };
  if (profile.apiKeyFile === undefined || !isFor(profile, server)) return undefined;
  return { key: keyIn(await readProfileKey(profile.apiKeyFile, read), profile.apiKeyFile), from: profile.apiKeyFile };
}

// A profile's key belongs to the profile's server: `--url` elsewhere must not carry it there.
function isFor({ url }: Profile, server: string): boolean {
  return url === undefined || new URL(url).origin === new URL(server).origin;
}

async function readProfileKey(path: string, read: InputReader): Promise<string> {
  return read.file(path, 'api_key_file of the profile').catch((error: unknown) => {
    throw configurationError(
      (error as Error).message,
      `Write the key into ${path}, readable for you alone: chmod 600 ${path}`,
    );
  });
}

/** The key alone, or a JSON file with `api_key`, such as .devmesh/first-access.json. */
function keyIn(text: string, from: string): string {
  const key = (text.trimStart().startsWith('{') ? keyInJson(text) : text).trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw configurationError(
    `${from} holds no API key: it must be one line, devmesh_…`,
    'Make one with `devmesh key create --name <name> > key`, or copy the one that the first start showed.',
  );
}

function keyInJson(text: string): string {
  try {
    const { api_key: key } = JSON.parse(text) as { api_key?: unknown };
    return typeof key === 'string' ? key : '';
  } catch {
    return '';
  }
}
