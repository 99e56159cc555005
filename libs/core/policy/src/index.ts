export { decide, DEFAULT_SETTINGS } from './decide.ts';
export type { PolicySettings } from './decide.ts';
export type { Decision, Facts, Reason } from './facts.ts';
export { scopesCover } from './scopes.ts';
