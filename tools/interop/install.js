// `node install.js`: the clients as the lockfile has them; at once where they are already there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const stamp = join(folder, 'node_modules/.devmesh-lockfile');
const hash = createHash('sha256');
for (const name of ['package-lock.json', 'package.json', '.npmrc']) hash.update(readFileSync(join(folder, name)));
const wanted = hash.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  // npm clears the folder first, so the stamp of an earlier lockfile goes with it.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status } = spawnSync('npm', ['ci'], {
    cwd: folder,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0) writeFileSync(stamp, wanted);
  else process.exitCode = 1;
}
