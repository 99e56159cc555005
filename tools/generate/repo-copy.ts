import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * A copy of the repository as a clone would have it, in a temporary folder: every file that git keeps or would keep, no
 * build output, no data. What is installed is linked, so that nothing has to be downloaded; our own projects are the copy's.
 */
export function copyRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'devmesh-copy-'));
  for (const path of trackedFiles()) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  linkPackages(root, copy);
  linkWorkspaces(copy);
  return copy;
}

function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));
}

// One link for each package: linking the folder whole would make our own projects the original's.
function linkPackages(from: string, to: string): void {
  const folders = globSync(
    ['node_modules', 'libs/*/*/node_modules', 'libs/testing/node_modules', 'apps/*/node_modules'],
    {
      cwd: from,
    },
  );
  for (const folder of folders) {
    mkdirSync(join(to, folder, '.bin'), { recursive: true });
    for (const name of readdirSync(join(from, folder))) link(join(from, folder, name), join(to, folder, name), name);
  }
}

function link(from: string, to: string, name: string): void {
  if (name === '.bin') copyLinks(from, to);
  else if (!OURS.has(name) && !name.startsWith('.')) symlinkSync(from, to);
}

const OURS: ReadonlySet<string> = new Set(['@devmesh', 'devmesh']);

// They lead to their packages by relative paths, and so find the copy's.
function copyLinks(from: string, to: string): void {
  for (const name of readdirSync(from)) symlinkSync(readlinkSync(join(from, name)), join(to, name));
}

/** Links every project by its name, as `npm install` does; again after new ones have been added. */
export function linkWorkspaces(copy: string): void {
  const { workspaces } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as { workspaces: string[] };
  for (const manifest of globSync(
    [...workspaces, 'tools/node'].map((folder) => `${folder}/package.json`),
    { cwd: copy },
  )) {
    const { name } = JSON.parse(readFileSync(join(copy, manifest), 'utf8')) as { name: string };
    const link = join(copy, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(copy, dirname(manifest)), link, 'dir');
  }
}
