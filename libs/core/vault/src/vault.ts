import { createHmac } from 'node:crypto';
import { AppError } from '@devmesh/contracts';
import { systemClock } from '@devmesh/runtime';
import type { Clock } from '@devmesh/runtime';
import { createDerivedKeys, KEY_BYTES } from './derived-keys.ts';
import { openSealed, sealPlain } from './sealing.ts';
import { signClaims, verifyToken } from './signing.ts';

export interface Vault {
  /**
   * Encrypts for ourselves: compact JWE, `dir` + A256GCM. `aad` says what the value belongs to (`"<organisation>/<row>"`):
   * it is not stored, and opening with another one fails, so a sealed value cannot be moved to somebody else's row.
   */
  seal(purpose: string, aad: string, plain: Uint8Array | string): Promise<string>;
  /** Throws AppError `internal` when key, purpose, aad or text are not those it was sealed with. */
  open(purpose: string, aad: string, sealed: string): Promise<Uint8Array>;
  /** A JWT (HS256) with `iat` and `exp`; `exp` counts whole seconds, rounded up. */
  sign(purpose: string, claims: Record<string, unknown>, options: { expiresInMs: number }): Promise<string>;
  /** The claims; undefined for everything that is forged, expired, made for another purpose, or no token at all. */
  verify(purpose: string, token: string): Promise<Record<string, unknown> | undefined>;
  /** HMAC-SHA256, base64url: a name for `text` that nobody without the master key can make. Compare with `sameText`. */
  mac(purpose: string, text: string): string;
}

/** @throws AppError `invalid_input` when the master key is not 32 bytes long. */
export function createVault({ masterKey, clock = systemClock }: { masterKey: Uint8Array; clock?: Clock }): Vault {
  if (masterKey.length !== KEY_BYTES) throw wrongLength(masterKey.length);
  const keys = createDerivedKeys(masterKey);
  return {
    seal: async (purpose, aad, plain) => sealPlain(await keys.sealing(purpose), aad, plain),
    open: async (purpose, aad, sealed) => openSealed(await keys.sealing(purpose), aad, sealed),
    sign: async (purpose, claims, { expiresInMs }) =>
      signClaims(await keys.signing(purpose), claims, expiresInMs, clock()),
    verify: async (purpose, token) => verifyToken(await keys.signing(purpose), token, clock()),
    mac: (purpose, text) => createHmac('sha256', keys.mac(purpose)).update(text).digest('base64url'),
  };
}

function wrongLength(bytes: number): AppError {
  return new AppError('invalid_input', `The master key has ${bytes} bytes; it must have ${KEY_BYTES}.`, {
    suggestion: 'Set DEVMESH_MASTER_KEY to the output of `openssl rand -base64 32`.',
  });
}
