import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { configurationError } from './cli-error.ts';
import type { Io } from './io.ts';
import type { CliSettings } from './settings.ts';

/** One place where DevMesh runs, and the file with the key for it. */
export interface Profile {
  url?: string | undefined;
  /** Absolute. */
  apiKeyFile?: string | undefined;
}

const ProfileFile = z.strictObject({
  profiles: z.record(
    z.string(),
    z.strictObject({ url: z.url({ protocol: /^https?$/ }).optional(), api_key_file: z.string().min(1).optional() }),
  ),
});

/**
 * The wanted profile of `devmesh/config.json`; an empty one where there is no file and none was asked for.
 * @throws CliError (78) that names file and line.
 */
export async function readProfile(
  wanted: string | undefined,
  settings: CliSettings,
  io: Pick<Io, 'home'>,
): Promise<Profile> {
  const path = join(settings.XDG_CONFIG_HOME ?? join(io.home, '.config'), 'devmesh', 'config.json');
  const text = await readIfThere(path);
  if (text === undefined && wanted === undefined) return {};
  const profiles = text === undefined ? {} : parse(text, path);
  const profile = profiles[wanted ?? 'default'];
  if (profile === undefined && wanted !== undefined) throw unknownProfile(wanted, Object.keys(profiles), path);
  const { url, api_key_file: keyFile } = profile ?? {};
  return {
    url,
    apiKeyFile: keyFile === undefined ? undefined : resolve(dirname(path), keyFile.replace(/^~(?=\/)/, io.home)),
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw configurationError(
      `${path} cannot be read (${error.code ?? error.message}).`,
      `Make it readable: chmod u+r ${path}`,
    );
  });
}

function parse(text: string, path: string): z.infer<typeof ProfileFile>['profiles'] {
  const parsed = ProfileFile.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data.profiles;
  const [issue] = parsed.error.issues;
  const place = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].map(
    String,
  );
  throw broken(path, lineOfKey(text, place), `${place.join('.') || 'the file'}: ${issue?.message ?? 'does not fit'}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    // V8 gives no place, or one behind the last line, when the text just ends.
    const end = text.trimEnd().length;
    throw broken(path, lineAt(text, Math.min(end, Number(position ?? end))), message.replace(/ \(line .*$/, ''));
  }
}

function broken(path: string, line: number, problem: string) {
  return configurationError(
    `${path}, line ${String(line)}: ${problem}.`,
    `Mend it; it has the form {"profiles":{"default":{"url":"http://localhost:8081","api_key_file":"key"}}}.`,
  );
}

function lineOfKey(text: string, path: readonly string[]): number {
  let at = 0;
  for (const key of path) at = Math.max(at, text.indexOf(JSON.stringify(key), at));
  return lineAt(text, at);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

function unknownProfile(wanted: string, known: readonly string[], path: string) {
  const names = known.length === 0 ? 'none' : known.join(', ');
  return configurationError(
    `${path} has no profile "${wanted}".`,
    `Profiles there: ${names}. Choose one with --profile, or add it.`,
  );
}
