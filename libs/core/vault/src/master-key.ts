import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@devmesh/contracts';
import { KEY_BYTES } from './derived-keys.ts';

export interface MasterKeySource {
  /** 32 bytes in base64 (either alphabet); wins over `file`. */
  value?: string | undefined;
  /** Read, or made with mode 0600 when it is not there. */
  file?: string | undefined;
}

/** @throws AppError `invalid_input` that says what to do: wrong length, readable by others, not readable by us, none given. */
export async function loadMasterKey({ value, file }: MasterKeySource): Promise<Uint8Array> {
  if (value !== undefined) return decode(value, 'DEVMESH_MASTER_KEY');
  if (file !== undefined) return (await readKey(file)) ?? makeKey(file);
  throw refuse('There is no master key.', 'Set DEVMESH_MASTER_KEY to the output of `openssl rand -base64 32`.');
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refuse(`The master key file ${file} cannot be read.`, `Make it readable: chown $(id -u) ${file}`, error);
  });
  if (!handle) return undefined;
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw refuse(`${file} is not a file.`, 'Name a file, or a path where one can be made.');
    // The mode says nothing on Windows.
    if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0)
      throw refuse(`The master key file ${file} can be read by others on this machine.`, `Close it: chmod 600 ${file}`);
    return decode(await handle.readFile('utf8'), file);
  } finally {
    await handle.close();
  }
}

/**
 * Written aside and then linked: the name appears only with the whole key in it, and only once. Of two processes that start
 * together one makes it and both read the same; a crash in between leaves no half of a key.
 */
async function makeKey(file: string): Promise<Uint8Array> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeDurably(aside, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await link(aside, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncFolder(dirname(file));
  } catch (error) {
    throw refuse(`The master key file ${file} cannot be made.`, `Make its folder writable: ${dirname(file)}`, error);
  } finally {
    await rm(aside, { force: true });
  }
  const key = await readKey(file);
  if (!key) throw refuse(`The master key file ${file} was taken away.`, 'Start again.');
  return key;
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without it a power cut could take the name back after something was already sealed with the key. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function decode(text: string, where: string): Uint8Array {
  const trimmed = text.trim();
  const isBase64 = /^[A-Za-z0-9+/_-]*={0,2}$/.test(trimmed);
  const key = isBase64 ? Buffer.from(trimmed, 'base64') : Buffer.alloc(0);
  if (key.length === KEY_BYTES) return new Uint8Array(key);
  const found = isBase64 ? `holds ${key.length} bytes` : 'is not base64';
  throw refuse(
    `The master key in ${where} ${found}; it must be ${KEY_BYTES} bytes in base64.`,
    'Put back the key that was used before. Only a new installation may take another: `openssl rand -base64 32`.',
  );
}

function refuse(message: string, suggestion: string, cause?: unknown): AppError {
  return new AppError('invalid_input', message, { suggestion, cause });
}
