import type { ProcessContext } from '@devmesh/runtime';
import { z } from 'zod';
import { StartSettings } from '../start/settings.ts';

/** What `devmesh mcp --stdio` may be told. */
export const StdioSettings = z.object({
  ...StartSettings.shape,
  // Missing is said as a refused key is: a client that shows nothing but the protocol then shows it.
  DEVMESH_API_KEY: z.string().optional().describe('The key under which this client works; required.'),
});
export type StdioSettings = z.infer<typeof StdioSettings>;
export type StdioContext = ProcessContext<StdioSettings>;
