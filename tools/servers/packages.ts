import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openApt, type Suite } from './apt.ts';
import { makeDir, writeFor } from './home.ts';
import { fitToFolder } from './relink.ts';
import { run } from './run.ts';

/** What is taken from each Debian suite. trixie stands still; sid moves, and is where the newest pgvector is. */
const WANTED: Record<Suite, readonly string[]> = {
  trixie: [
    'postgresql-17',
    'postgresql-17-pgvector',
    'postgresql-client-17',
    'valkey-server',
    'valkey-tools',
    'nats-server',
    'prometheus',
    'prometheus-alertmanager',
    'patchelf',
  ],
  sid: ['postgresql-18', 'postgresql-18-pgvector', 'postgresql-client-18', 'patchelf'],
};

/** Raise it when an installed folder made by older code will not do any more. */
const RECIPE = 1;

/**
 * The root folder of a suite's unpacked programs, fetched and unpacked first where they are missing.
 * Touches nothing of the machine's own packages. The caller holds the lock.
 * @throws ServersUnavailable when this machine cannot fetch them
 */
export async function ensurePrograms(dir: string, suite: Suite, say: (line: string) => void): Promise<string> {
  const root = programsDir(dir, suite);
  const mark = join(root, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint(suite)) return root;
  const begun = performance.now();
  say(`fetching ${WANTED[suite].join(', ')} from Debian ${suite}`);
  const debs = await download(join(dir, 'apt', suite), suite);
  rmSync(root, { recursive: true, force: true }); // the rpaths hold this very path, so it is built in place
  makeDir(join(dir, 'programs'));
  makeDir(root);
  for (const deb of debs) await run('dpkg', ['-x', deb, root], root);
  await fitToFolder(root);
  rmSync(join(dir, 'apt', suite), { recursive: true });
  writeFor(mark, fingerprint(suite));
  say(`Debian ${suite} unpacked in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return root;
}

export function programsDir(dir: string, suite: Suite): string {
  return join(dir, 'programs', suite);
}

/** Of what apt would install, what a server needs to run: the packages asked for and their libraries. */
export function neededPackages(simulation: string, asked: readonly string[]): string[] {
  const names = [...simulation.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? []);
  return names.filter((name) => asked.includes(name) || (/^lib/.test(name) && !UNNEEDED.test(name)));
}

// What maintainer scripts (never run here), just-in-time compilation (off) and web pages would use.
const UNNEEDED = /^lib(llvm|z3|perl|js-)|-perl$/;

async function download(aptDir: string, suite: Suite): Promise<string[]> {
  makeDir(join(aptDir, '..'));
  const apt = openApt(aptDir, suite);
  await apt('apt-get', '-qq', 'update');
  const names = neededPackages(await apt('apt-get', '-s', '-y', 'install', ...WANTED[suite]), WANTED[suite]);
  await apt('apt-get', '-qq', 'download', ...names);
  return readdirSync(aptDir)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(aptDir, name));
}

function fingerprint(suite: Suite): string {
  return createHash('sha256')
    .update(JSON.stringify([RECIPE, WANTED[suite]]))
    .digest('hex');
}
