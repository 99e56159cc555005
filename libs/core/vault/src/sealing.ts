import { createHash } from 'node:crypto';
import { AppError } from '@devmesh/contracts';
import { compactDecrypt, CompactEncrypt } from 'jose';
import type { CryptoKey } from 'jose';
import { sameText } from './token.ts';

const ALGORITHM = { alg: 'dir', enc: 'A256GCM' } as const;

/** A compact JWE has no place for associated data, so its digest stands in the protected header, which GCM authenticates. */
export async function sealPlain(key: CryptoKey, aad: string, plain: Uint8Array | string): Promise<string> {
  return new CompactEncrypt(bytesOf(plain)).setProtectedHeader({ ...ALGORITHM, aad: digest(aad) }).encrypt(key);
}

/** @throws AppError `internal` */
export async function openSealed(key: CryptoKey, aad: string, sealed: string): Promise<Uint8Array> {
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: [ALGORITHM.alg],
    contentEncryptionAlgorithms: [ALGORITHM.enc],
  }).catch((cause: unknown) => {
    throw cannotOpen(cause);
  });
  if (!sameText(String(protectedHeader['aad']), digest(aad))) throw cannotOpen(new Error('sealed for another aad'));
  return plaintext;
}

export function bytesOf(plain: Uint8Array | string): Uint8Array {
  return typeof plain === 'string' ? new TextEncoder().encode(plain) : plain;
}

function digest(aad: string): string {
  return createHash('sha256').update(aad).digest('base64url');
}

function cannotOpen(cause: unknown): AppError {
  return new AppError('internal', 'A stored secret could not be opened.', {
    suggestion: 'Ask the operator whether DEVMESH_MASTER_KEY is the one it was stored with.',
    cause,
  });
}
