import { z } from 'zod';

/** What a client command reads from the environment. `DEVMESH_API_KEY_FILE` names a file, as everywhere. */
export const CliSettings = z.object({
  DEVMESH_URL: z.string().optional().describe('Where DevMesh is, like http://localhost:8081.'),
  DEVMESH_API_KEY: z.string().optional().describe('The API key; DEVMESH_API_KEY_FILE names a file that holds it.'),
  DEVMESH_PROFILE: z.string().optional().describe('Which profile of config.json is taken.'),
  DEVMESH_DATA_DIR: z.string().default('.devmesh').describe('The data folder of an instance on this machine.'),
  XDG_CONFIG_HOME: z.string().optional().describe('Where devmesh/config.json lies; ~/.config when absent.'),
});
export type CliSettings = z.infer<typeof CliSettings>;

/** @throws ConfigError */
export async function readSettings(): Promise<CliSettings> {
  const { loadConfig } = await import('@devmesh/runtime');
  return loadConfig(CliSettings);
}
