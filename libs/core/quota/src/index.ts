export { createQuota, QUOTA_DEFAULTS } from './quota.ts';
export type { Limited, Quota, RequestDecision } from './limited.ts';
export type { QuotaDefaults, QuotaParts } from './quota.ts';
