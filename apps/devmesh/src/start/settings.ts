import { RoadSettings } from '@devmesh/assembly';
import { McpSettings } from '@devmesh/mcp-server';
import { RestSettings } from '@devmesh/rest-api';
import { z } from 'zod';
import { SystemsConfig } from './systems.ts';

/** What the one process may be told; everything has a default. */
export const StartSettings = z.object({
  ...RoadSettings.shape,
  ...RestSettings.shape,
  ...McpSettings.shape,
  ...SystemsConfig,
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where people reach the pages; http://localhost:REST_PORT when absent.'),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug', 'silent']).default('warn').describe('How much is logged.'),
  REST_HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every one.'),
  DEVMESH_DATA_DIR: z.string().default('.devmesh').describe('The data folder.'),
  DEVMESH_ORG: z
    .string()
    .optional()
    .describe(
      'Slug of the organisation that the connections of this environment belong to; the first one when absent.',
    ),
  DEVMESH_MASTER_KEY: z.string().optional().describe('32 bytes in base64; made in the data folder when absent.'),
  DEVMESH_INIT_ORGANIZATION: z
    .string()
    .default('My team')
    .describe('Name of the organisation that the first start makes.'),
  DEVMESH_INIT_SLUG: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{2,49}$/)
    .default('my-team')
    .describe('Its slug.'),
  DEVMESH_INIT_EMAIL: z.email().default('owner@devmesh.local').describe('E-mail of its owner.'),
  DEVMESH_INIT_PASSWORD: z
    .string()
    .optional()
    .describe('Password of its owner; without it the start block shows a sign-in link.'),
  DEVMESH_INIT_API_KEY: z
    .string()
    .optional()
    .describe('Its first key, where it was handed out already; made and shown once when absent.'),
});
export type StartSettings = z.infer<typeof StartSettings>;
