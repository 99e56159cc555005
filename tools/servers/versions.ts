import { catalog, type ServerVariable } from './catalog.ts';
import type { ServerUrls } from './ensure-servers.ts';

export type ServerVersion = {
  readonly variable: ServerVariable;
  readonly url: string;
  /** As the server itself says: `postgres 17.6 + pgvector 0.8.0`. */
  readonly version: string;
  /** The version that DevMesh claims to be tested with, where this is not known to be it. */
  readonly wanted?: string;
};

/**
 * Asks every server for its version.
 * @throws when one of them does not answer
 */
export async function askVersions(urls: ServerUrls): Promise<ServerVersion[]> {
  const asked = Object.values(catalog(urls.TEST_SERVERS_DIR)).map(async ({ variable, kind, claimed }) => {
    const url = urls[variable];
    const version = await kind.version(url).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return 'of unknown version: asking a given Postgres needs psql on this machine';
      throw new Error(`${variable}: nothing that serves at ${withoutPassword(url)}: ${cause.message}`, { cause });
    });
    const asClaimed = !claimed || version.replace(/^(postgres \d+)\S*/, '$1') === claimed;
    return { variable, url: withoutPassword(url), version, ...(!asClaimed && { wanted: claimed }) };
  });
  return Promise.all(asked);
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  if (!url.password) return text;
  url.password = '***';
  return url.href;
}
