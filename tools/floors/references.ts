import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readWorkspace, uses, type Project } from './workspace.ts';

/**
 * `node tools/floors/references.ts [--check]`: keeps the `references` of every tsconfig.json equal to the dependencies that
 * package.json declares, because `tsc -b` orders and checks by the one and npm links by the other.
 */
const root = join(import.meta.dirname, '../..');
const { projects } = readWorkspace(root);

const wanted = new Map<string, string[]>([
  ...projects.map((project): [string, string[]] => [project.dir, usedBy(project)]),
  ['tools', projects.map(({ dir }) => dir).filter((dir) => dir !== 'e2e')],
  ['.', [...projects.map(({ dir }) => dir), 'tools']],
]);

const stale = [...wanted].filter(([dir, dirs]) => refresh(dir, dirs)).map(([dir]) => `${dir}/tsconfig.json`);
if (stale.length > 0 && process.argv.includes('--check')) {
  console.error(`references: stale in ${stale.join(', ')}; \`npm run references\` writes them.`);
  process.exitCode = 1;
}

function usedBy(project: Project): string[] {
  return projects.filter(({ name }) => uses(project, name)).map(({ dir }) => dir);
}

/** Writes the file unless only asked; true when it was stale. */
function refresh(dir: string, dirs: string[]): boolean {
  const file = join(root, dir, 'tsconfig.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { references?: { path: string }[] };
  const paths = dirs.map((other) => relative(join(root, dir), join(root, other)).replaceAll('\\', '/')).sort();
  const current = (config.references ?? []).map(({ path }) => path);
  if (JSON.stringify(current) === JSON.stringify(paths)) return false;
  if (!process.argv.includes('--check')) {
    writeFileSync(file, `${JSON.stringify({ ...config, references: paths.map((path) => ({ path })) }, null, 2)}\n`);
  }
  return true;
}
