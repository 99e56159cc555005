import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianMirror } from './apt-sources.ts';
import { makeDir, writeFor } from './home.ts';
import { run } from './run.ts';
import { ServersUnavailable } from './unavailable.ts';

export type Suite = 'trixie' | 'sid';

/** An apt of our own: the machine's mirror and proxy, but neither its package database nor its sources. */
export type Apt = (program: 'apt-get', ...args: string[]) => Promise<string>;

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Opens a private apt state for one suite below `dir`. apt itself checks the archive's signature against Debian's
 * keyring, and every package against the signed hashes.
 */
export function openApt(dir: string, suite: Suite): Apt {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ServersUnavailable(
      `Server packages are fetched for Linux on amd64; this is ${process.platform} ${process.arch}.`,
    );
  }
  if (!existsSync(KEYRING))
    throw new ServersUnavailable(`${KEYRING} is missing, which Debian's packages are verified with.`);
  for (const folder of ['lists/partial', 'cache/archives/partial', 'state']) makeTree(dir, folder);
  writeFor(join(dir, 'state/status'), '');
  writeFor(join(dir, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror()} ${suite} main\n`);
  const options = [...settings(dir).flatMap((setting) => ['-o', setting]), ...extraOptions()];
  return async (program, ...args) => {
    try {
      return await run(program, [...options, ...args], dir);
    } catch (error) {
      throw new ServersUnavailable(`Debian ${suite}: ${(error as Error).message}`, { cause: error });
    }
  };
}

function settings(dir: string): string[] {
  return [
    `Dir::Etc::sourcelist=${dir}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${dir}/state`,
    `Dir::State::lists=${dir}/lists`,
    `Dir::State::status=${dir}/state/status`,
    `Dir::Cache=${dir}/cache`,
    'APT::Architecture=amd64',
    'APT::Sandbox::User=', // we are an ordinary user already
    'APT::Install-Recommends=false',
    'APT::Get::AllowUnauthenticated=false',
    'Acquire::AllowInsecureRepositories=false',
    'APT::Update::Error-Mode=any', // else a mirror that does not answer is a warning
    'Acquire::Languages=none',
    'Acquire::Retries=3',
    'Debug::NoLocking=1',
  ];
}

/** For a frozen mirror: TEST_SERVERS_APT_OPTIONS="-o Acquire::Check-Valid-Until=false". */
function extraOptions(): string[] {
  return (process.env['TEST_SERVERS_APT_OPTIONS'] ?? '').split(/\s+/).filter(Boolean);
}

function mirror(): string {
  const found = process.env['TEST_SERVERS_MIRROR'] || debianMirror(machineSources());
  if (!found) throw new ServersUnavailable("This machine's apt sources name no Debian mirror.");
  return found;
}

function machineSources(): string[] {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name)) : [];
  const paths = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  return paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8'));
}

function makeTree(dir: string, folder: string): void {
  folder.split('/').reduce((above, name) => makeDir(join(above, name)), makeDir(dir));
}
