import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Passwords } from './deps.ts';
import { createGate } from './gate.ts';

const derive = promisify(argon2);
/** OWASP's second choice for argon2id: 19 MiB, two passes; about 30 ms of one core. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** The contract's rule. The upper bound keeps the hashing of a megabyte away. */
export const Password = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(200, 'must have at most 200 characters')
  .regex(/\p{Lu}/u, 'must contain an upper case letter')
  .regex(/\p{Ll}/u, 'must contain a lower case letter')
  .regex(/\d/, 'must contain a digit')
  .describe('At least 8 characters with an upper case letter, a lower case letter and a digit.');

/** `atOnce` hashes run together, `waiting` more may queue: each takes 19 MiB and a thread of the pool that files and DNS share. */
export function createPasswords({ atOnce, waiting }: { atOnce: number; waiting: number }): Passwords {
  const gate = createGate({ atOnce, waiting });
  const dummySalt = randomBytes(16);
  return {
    hash: (password) => gate(() => hash(password)),
    verify: (password, stored) => gate(() => verify(password, stored, dummySalt)),
  };
}

async function hash(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { ...COST, message: password, nonce, tagLength: TAG_BYTES });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(nonce)}$${base64(tag)}`;
}

async function verify(password: string, stored: string | null, dummySalt: Buffer): Promise<boolean> {
  const [, memory, passes, parallelism, salt, expected] = PHC.exec(stored ?? '') ?? [];
  const known = salt !== undefined && expected !== undefined;
  const cost = known ? { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) } : COST;
  const nonce = known ? Buffer.from(salt, 'base64') : dummySalt;
  const tag = await derive('argon2id', { ...cost, message: password, nonce, tagLength: TAG_BYTES });
  return known && timingSafeEqual(tag, Buffer.from(expected, 'base64'));
}

/** PHC strings use base64 without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
