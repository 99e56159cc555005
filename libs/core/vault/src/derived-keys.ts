import { createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CryptoKey } from 'jose';

/** What a subkey is for. One purpose gives a different key for each use, so a token can never pass as a sealed value. */
export type KeyUse = 'seal' | 'sign' | 'mac';

export const KEY_BYTES = 32;

// Purposes are few words today, but one per organisation tomorrow: the caches stay bounded.
const MAX_CACHED_KEYS = 1_000;

export interface DerivedKeys {
  /** AES-256-GCM, for `seal` and `open`. */
  sealing(purpose: string): Promise<CryptoKey>;
  /** HMAC-SHA256, for `sign` and `verify`. */
  signing(purpose: string): Promise<CryptoKey>;
  /** HMAC-SHA256 for node:crypto, for `mac`. */
  mac(purpose: string): KeyObject;
}

/** Subkeys of one master key by HKDF-SHA256: none of them tells anything about another or about the master key. */
export function createDerivedKeys(masterKey: Uint8Array): DerivedKeys {
  // A copy: the caller may wipe its own.
  const master = createSecretKey(masterKey);
  const derive = (use: KeyUse, purpose: string) =>
    new Uint8Array(hkdfSync('sha256', master, '', `devmesh/v1/${use}/${purpose}`, KEY_BYTES));
  return {
    sealing: remember((purpose) =>
      crypto.subtle.importKey('raw', derive('seal', purpose), 'AES-GCM', false, ['encrypt', 'decrypt']),
    ),
    signing: remember((purpose) =>
      crypto.subtle.importKey('raw', derive('sign', purpose), { name: 'HMAC', hash: 'SHA-256' }, false, [
        'sign',
        'verify',
      ]),
    ),
    mac: remember((purpose) => createSecretKey(derive('mac', purpose))),
  };
}

/** Keeps the results of the last purposes asked for; deriving again costs microseconds, so forgetting is harmless. */
function remember<Value>(make: (purpose: string) => Value): (purpose: string) => Value {
  const kept = new Map<string, Value>();
  return (purpose) => {
    const value = kept.get(purpose) ?? make(purpose);
    kept.delete(purpose);
    kept.set(purpose, value);
    if (kept.size > MAX_CACHED_KEYS) forgetOldest(kept);
    return value;
  };
}

function forgetOldest(kept: Map<string, unknown>): void {
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
