import { ConfigError } from '@devmesh/runtime';
import type { PgQueryable } from './pg-pool-like.ts';

export interface ServerVersion {
  /** `18.6` */
  server: string;
  /** `0.8.7` */
  pgvector: string;
  /** A known defect of this version, for `status` and the log. */
  warning?: string;
}

/** Reads what the server is and has. `pgvector` is the installed version, or else the one that could be installed. */
export async function readServerVersion(pool: PgQueryable): Promise<ServerVersion> {
  const { rows } = await pool.query<{ server: string; pgvector: string | null }>(`
    select current_setting('server_version') as server,
           coalesce((select extversion from pg_extension where extname = 'vector'),
                    (select default_version from pg_available_extensions where name = 'vector')) as pgvector`);
  const server = (rows[0]?.server ?? '').split(' ')[0] ?? '';
  return judgeServerVersion({ server, pgvector: rows[0]?.pgvector ?? '' });
}

/** @throws ConfigError (exit 78) where no restart helps: pgvector is missing or older than 0.8.0. */
export function judgeServerVersion({ server, pgvector }: { server: string; pgvector: string }): ServerVersion {
  if (pgvector === '' || isBelow(pgvector, [0, 8, 0])) {
    const found = pgvector === '' ? 'has no pgvector extension' : `has pgvector ${pgvector}`;
    const message = `the server ${found}; DevMesh needs 0.8.0 or newer. Install the package postgresql-<version>-pgvector there.`;
    throw new ConfigError([{ name: 'DATABASE_URL', message }]);
  }
  const warnings = [
    isBelow(pgvector, [0, 8, 4]) &&
      `pgvector ${pgvector} has known defects (a buffer overflow in parallel HNSW builds among them); upgrade it to 0.8.4 or newer.`,
    !/^1[78]\b/.test(server) && `PostgreSQL ${server} is not tested; DevMesh is tested on 17 and 18.`,
  ].filter((warning) => warning !== false);
  return { server, pgvector, ...(warnings.length > 0 && { warning: warnings.join(' ') }) };
}

function isBelow(version: string, floor: readonly [number, number, number]): boolean {
  const parts = version.split('.').map(Number);
  const differs = floor.findIndex((wanted, index) => (parts[index] ?? 0) !== wanted);
  return differs !== -1 && (parts[differs] ?? 0) < (floor[differs] ?? 0);
}
