import type { ProcessContext } from '@devmesh/runtime';
import { z } from 'zod';
import { StartSettings } from '../start/settings.ts';

/** What `devmesh mcp --stdio` may be told. */
export const StdioSettings = z.object({
  ...StartSettings.shape,
  DEVMESH_API_KEY: z.string().min(1).describe('The key under which this client works.'),
});
export type StdioSettings = z.infer<typeof StdioSettings>;
export type StdioContext = ProcessContext<StdioSettings>;
