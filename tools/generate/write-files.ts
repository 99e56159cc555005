import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';

/** Texts by path, relative to the repository. */
export type Files = Readonly<Record<string, string>>;

/** Writes new files, formatted as the repository is. @throws Error when one of them is there already; then none is written. */
export async function writeNew(root: string, files: Files): Promise<void> {
  const taken = Object.keys(files).filter((path) => existsSync(join(root, path)));
  if (taken.length > 0) throw new Error(`already there: ${taken.join(', ')}`);
  for (const [path, text] of Object.entries(files)) await write(root, path, text);
}

/** Writes one file, whether it is new or not. */
export async function write(root: string, path: string, text: string): Promise<void> {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await formatted(file, text));
  console.log(path);
}

async function formatted(file: string, text: string): Promise<string> {
  const { inferredParser } = await getFileInfo(file);
  if (inferredParser === null) return text;
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
