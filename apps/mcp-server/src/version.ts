/** What clients are told; one version for every part. */
export const VERSION = '0.1.0';
