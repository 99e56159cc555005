/** Purpose of the vault key that signs access tokens. */
export const ACCESS_TOKEN = 'access-token';
export const ACCESS_TOKEN_MS = 15 * 60_000;
