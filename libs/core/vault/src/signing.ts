import { jwtVerify, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';

/** Seconds are all that a JWT knows: the life of a token is rounded up to the next one. */
export async function signClaims(
  key: CryptoKey,
  claims: Record<string, unknown>,
  expiresInMs: number,
  now: Date,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(Math.floor(now.getTime() / 1000))
    .setExpirationTime(Math.ceil((now.getTime() + expiresInMs) / 1000))
    .sign(key);
}

/** Why a token fails is nobody's business but the attacker's, so every reason gives the same undefined. */
export async function verifyToken(
  key: CryptoKey,
  token: string,
  now: Date,
): Promise<Record<string, unknown> | undefined> {
  const checks = { algorithms: ['HS256'], requiredClaims: ['exp'], currentDate: now };
  return jwtVerify(token, key, checks).then(
    ({ payload }) => payload,
    () => undefined,
  );
}
