import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.ts';
import type { Place, ServerKind } from '../server-kind.ts';

const PROGRAMS = { 17: 'trixie', 18: 'sid' } as const;

/** Postgres with pgvector. Says yes to everybody on 127.0.0.1, as superuser `postgres`. */
export function postgres(major: 17 | 18, dir: string): ServerKind {
  return {
    suite: PROGRAMS[major],
    endSignal: 'SIGINT',
    plan: (place, { config = '' }) => {
      const bin = join(place.programs, 'usr/lib/postgresql', String(major), 'bin');
      const data = join(place.dir, 'data');
      return {
        program: join(bin, 'postgres'),
        args: ['-D', data, `--config_file=${join(place.dir, 'postgresql.conf')}`],
        cwd: place.dir,
        files: { 'postgresql.conf': settings(place) + config },
        init: {
          program: join(bin, 'initdb'),
          args: ['-D', '{}', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
          creates: data,
        },
        url: `postgres://postgres@127.0.0.1:${place.port}/postgres`,
      };
    },
    version: (url) => version(url, dir),
  };
}

// No fsync: what a dead *machine* would lose is nobody's loss here, and a killed server loses nothing by it.
// Commits stay synchronous, or a killed server would lose the last of them.
function settings({ port }: Place): string {
  return `listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
max_connections = 200
fsync = off
full_page_writes = off
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
`;
}

const QUESTION = `select concat('postgres ', split_part(current_setting('server_version'), ' ', 1), ' + pgvector ',
  coalesce((select default_version from pg_available_extensions where name = 'vector'), 'missing'))`;

async function version(url: string, dir: string): Promise<string> {
  const psql = Object.entries(PROGRAMS)
    .map(([major, suite]) => join(dir, 'programs', suite, 'usr/lib/postgresql', major, 'bin/psql'))
    .find((path) => existsSync(path));
  const target = new URL(url);
  if (!target.searchParams.has('connect_timeout')) target.searchParams.set('connect_timeout', '5');
  return (await run(psql ?? 'psql', ['-X', '-w', '-A', '-t', '-c', QUESTION, target.href], '/')).trim();
}
