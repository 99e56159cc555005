import type { ProcessContext } from '@devmesh/runtime';
import { z } from 'zod';
import { StartSettings } from '../start/settings.ts';

/** What `devmesh mcp --stdio` may be told. */
export const StdioSettings = z.object({
  ...StartSettings.shape,
  DEVMESH_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'is no key: one line without spaces, as `devmesh key create` prints it')
    .describe('The key under which this client works.'),
});
export type StdioSettings = z.infer<typeof StdioSettings>;
export type StdioContext = ProcessContext<StdioSettings>;
