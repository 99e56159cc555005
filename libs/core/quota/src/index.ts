export { createQuota, QUOTA_DEFAULTS } from './quota.ts';
export type { Limited, Quota, QuotaDefaults, QuotaParts } from './quota.ts';
export type { RequestDecision } from './request-limit.ts';
