import { closeSync, existsSync, globSync, lstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/**
 * Makes programs unpacked below `root` run from there: their loader and libraries become the unpacked ones, so that
 * the machine's glibc may be older than the one they were built for.
 */
export async function fitToFolder(root: string): Promise<void> {
  const lib = join(root, 'usr/lib/x86_64-linux-gnu');
  const loader = join(lib, 'ld-linux-x86-64.so.2');
  const patchelf = (...args: string[]) =>
    run(
      loader,
      ['--library-path', lib, join(root, 'usr/bin/patchelf'), '--force-rpath', '--set-rpath', lib, ...args],
      root,
    );
  const programs = ['usr/lib/postgresql/*/bin/*', 'usr/bin/valkey-*'].flatMap((glob) => elfFiles(root, glob));
  const modules = elfFiles(root, 'usr/lib/postgresql/*/lib/*.so');
  for (const file of programs) await patchelf('--set-interpreter', loader, file);
  await patchelf(...modules);
  unrootTemplates(join(root, 'usr/bin/prometheus-alertmanager'));
}

function elfFiles(root: string, glob: string): string[] {
  return globSync(glob, { cwd: root })
    .map((name) => join(root, name))
    .filter((path) => lstatSync(path).isFile() && isElf(path));
}

function isElf(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, start);
  closeSync(file);
  return start.equals(Buffer.from('\x7fELF', 'latin1'));
}

// Debian's Alertmanager opens its default templates at an absolute path, for which there is no option. The same path
// without its first slash, and as long as before, is found when the server starts inside the root folder.
const TEMPLATES = '/usr/share/prometheus/alertmanager';

function unrootTemplates(program: string): void {
  if (!existsSync(program)) return;
  const bytes = readFileSync(program);
  const file = openSync(program, 'r+');
  for (let at = bytes.indexOf(TEMPLATES); at >= 0; at = bytes.indexOf(TEMPLATES, at + 1)) {
    writeSync(file, `${TEMPLATES.slice(1)}/`, at);
  }
  closeSync(file);
}
