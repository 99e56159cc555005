import { envList, envPort } from '@devmesh/runtime';
import { z } from 'zod';

/** What the REST door may be told beside the road's settings. */
export const RestSettings = z.object({
  REST_PORT: envPort().default(8081).describe('Port of REST, pages and docs.'),
  REST_HOST: z.string().optional().describe('Address to listen on; every one when absent.'),
  CORS_ORIGINS: envList().default([]).describe('Exact origins of pages elsewhere that may call; comma-separated.'),
  TRUST_PROXY: z
    .string()
    .transform((text) => (/^\d{1,2}$/.test(text.trim()) ? Number(text) : text))
    .optional()
    .describe('Whose X-Forwarded-For is believed: a number of hops, or addresses, comma-separated.'),
});
export type RestSettings = z.infer<typeof RestSettings>;
