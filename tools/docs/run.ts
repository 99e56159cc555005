import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Runs every `tools/docs/*.gen.ts`, handing on `--check`; fails when one of them fails, after all have spoken. */
const generators = globSync('*.gen.ts', { cwd: import.meta.dirname }).sort();
const failed = generators.filter((file) => !passes(file));

if (failed.length > 0) {
  console.error(
    `docs: ${failed.map((file) => basename(file, '.gen.ts')).join(', ')} failed; \`npm run docs\` writes them anew.`,
  );
  process.exitCode = 1;
}

function passes(file: string): boolean {
  const flags = ['--conditions=@devmesh/source', join(import.meta.dirname, file), ...process.argv.slice(2)];
  return spawnSync(process.execPath, flags, { stdio: 'inherit' }).status === 0;
}
