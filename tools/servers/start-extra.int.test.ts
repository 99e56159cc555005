import { afterEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { catalog, type ServerName } from './catalog.ts';
import { serversDir } from './home.ts';
import { run } from './run.ts';
import { startExtra, type ExtraOptions, type ExtraServer } from './start-extra.ts';
import { until } from './until.ts';

const dir = serversDir(process.env);
const kinds = catalog(dir);
const started: ExtraServer[] = [];

const BUSY =
  "select count(*) from pg_stat_activity where state = 'active' and query like '%generate_series(1,%' and pid <> pg_backend_pid()";

async function extra(name: ServerName, options?: ExtraOptions): Promise<ExtraServer> {
  const server = await startExtra(name, options);
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

test.each(Object.keys(kinds) as ServerName[])(
  '%s killed with -9 is away, and comes back at the same URL',
  async (name) => {
    const server = await extra(name);
    const { pid, url } = server;
    await server.kill('SIGKILL');
    await expect(kinds[name].kind.version(url)).rejects.toThrow();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    await expect(kinds[name].kind.version(url)).resolves.toMatch(/\d/);
  },
);

test.each([
  ['postgres', 'trixie', 17],
  ['postgres-newest', 'sid', 18],
] as const)('what %s has committed survives kill -9, busy backends do not', async (name, suite, major) => {
  const psql = join(dir, 'programs', suite, 'usr/lib/postgresql', String(major), 'bin/psql');
  const server = await extra(name);
  const sql = (text: string) => run(psql, ['-X', '-A', '-t', '-c', text, server.url], '/');
  await sql('create extension vector; create table kept (v vector(2));');
  const busy = sql('select count(*) from generate_series(1, 1e12::bigint)').catch((error: Error) => error.message);
  await until(async () => ((await sql(BUSY)) === '1\n' ? true : undefined), { forMs: 10_000, what: 'a busy backend' });
  await sql("insert into kept values ('[1,2]')");
  await server.kill('SIGKILL');
  expect(await busy).toMatch(/closed the connection/);
  await server.restart();
  expect(await sql('select v from kept')).toBe('[1,2]\n');
});

test('a frozen server does not answer, and goes on where it was', async () => {
  const server = await extra('valkey', { config: 'maxclients 77\n' });
  await server.kill('SIGSTOP');
  await expect(kinds.valkey.kind.version(server.url)).rejects.toThrow();
  await server.kill('SIGCONT');
  await expect(kinds.valkey.kind.version(server.url)).resolves.toMatch(/^valkey /);
});

test('a configuration that the server refuses is an error with its own words', async () => {
  await expect(startExtra('nats', { config: 'no such thing' })).rejects.toThrow(/Parse error on line 4/);
});
