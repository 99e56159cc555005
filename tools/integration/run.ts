import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { join } from 'node:path';

/**
 * `npm run test:integration -- [--down] [<jest arguments>]`: real servers up, then every `*.int.test.ts` and e2e, one after the other.
 * The servers stay up for the next run, which may be somebody else's on this machine; `--down` ends them.
 */
const root = join(import.meta.dirname, '../..');
const down = process.argv.includes('--down');
const jestArguments = process.argv.slice(2).filter((argument) => argument !== '--down');

process.exitCode = integration();

function integration(): number {
  try {
    if (servers('up').status !== 0)
      return failed('the servers did not start; absent servers fail, they are not skipped.');
    const asked = servers('env', '--json');
    if (asked.status !== 0) return failed('`tools/servers env --json` did not say where the servers are.');
    return jest(JSON.parse(asked.stdout) as Record<string, string>);
  } finally {
    if (down) servers('down');
  }
}

function servers(...words: string[]): { status: number | null; stdout: string } {
  const flags = ['--conditions=@devmesh/source', join(root, 'tools/servers/main.ts'), ...words];
  const asking = words[0] === 'env';
  return run(process.execPath, flags, { stdio: ['ignore', asking ? 'pipe' : 'inherit', 'inherit'] });
}

function jest(where: Record<string, string>): number {
  const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
  const words = [nx, 'run', 'devmesh-repo:integration', ...(jestArguments.length > 0 ? ['--', ...jestArguments] : [])];
  return run(process.execPath, words, { stdio: 'inherit', env: { ...process.env, ...where } }).status ?? 1;
}

function run(command: string, words: string[], options: SpawnSyncOptions): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync(command, words, { cwd: root, ...options, encoding: 'utf8' });
  return { status, stdout };
}

function failed(why: string): number {
  console.error(`integration: ${why}`);
  return 1;
}
