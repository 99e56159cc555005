export { loadMasterKey } from './master-key.ts';
export type { MasterKeySource } from './master-key.ts';
export { generateSystemKey, openWith, sealTo } from './system-key.ts';
export type { Jwk, SystemKey } from './system-key.ts';
export { hashToken, newToken, sameText } from './token.ts';
export { createVault } from './vault.ts';
export type { Vault } from './vault.ts';
