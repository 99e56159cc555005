import { AppError } from '@devmesh/contracts';
import { calculateJwkThumbprint, compactDecrypt, CompactEncrypt, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { bytesOf } from './sealing.ts';

const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';

/** A JSON Web Key as it travels in announcements and lies in configuration. */
export type Jwk = Record<string, unknown>;

export interface SystemKey {
  publicJwk: Jwk;
  privateJwk: Jwk;
}

/** A system's key pair (P-256): credentials are sealed to the public half, only that system's adapter holds the private one. */
export async function generateSystemKey(): Promise<SystemKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALG, { crv: 'P-256', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const facts = { alg: ALG, use: 'enc', kid: await calculateJwkThumbprint(publicJwk) };
  return { publicJwk: { ...publicJwk, ...facts }, privateJwk: { ...(await exportJWK(privateKey)), ...facts } };
}

/**
 * Seals a credential so that only the holder of the private key can read it: compact JWE, ECDH-ES+A256KW + A256GCM.
 * @throws AppError `invalid_input` when the key is not a public key of this kind.
 */
export async function sealTo(publicJwk: Jwk, plain: Uint8Array | string): Promise<string> {
  // Only the public coordinates are taken: whoever hands in a private key by mistake does not spread it further.
  const { kty, crv, x, y, kid } = publicJwk as JWK;
  const key = await importKey({ kty, crv, x, y } as JWK);
  const header = { alg: ALG, enc: ENC, ...(typeof kid === 'string' && { kid }) };
  return new CompactEncrypt(bytesOf(plain)).setProtectedHeader(header).encrypt(key);
}

/** @throws AppError `internal` when it was sealed to another key or changed; `invalid_input` when the key itself is bad. */
export async function openWith(privateJwk: Jwk, sealed: string): Promise<string> {
  const key = await importKey(privateJwk);
  const options = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC] };
  const { plaintext } = await compactDecrypt(sealed, key, options).catch((cause: unknown) => {
    throw new AppError('internal', 'The credential of this connection was not sealed for this adapter’s key.', {
      suggestion: 'Enter the credential of the connection again; the adapter’s key has changed since.',
      cause,
    });
  });
  return new TextDecoder().decode(plaintext);
}

async function importKey(jwk: Jwk): Promise<CryptoKey> {
  const key = await importJWK(jwk as JWK, ALG).catch(badKey);
  // importJWK answers bytes for a symmetric key, which everybody who can read an announcement would then hold.
  return key instanceof Uint8Array ? badKey(new Error('a symmetric key')) : key;
}

function badKey(cause: unknown): never {
  throw new AppError('invalid_input', 'This is no key that a credential can be sealed to (EC, P-256).', {
    suggestion: 'Start the adapter again, so that it announces its public key.',
    cause,
  });
}
