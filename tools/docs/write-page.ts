import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '../..');

/**
 * Writes `docs/reference/<name>.md`, or with `--check` only says whether it is as the code has it; exit code 1 when not.
 * The text is formatted first, so that the generator and prettier never argue.
 */
export async function writePage(name: string, markdown: string): Promise<void> {
  const file = join(root, 'docs/reference', `${name}.md`);
  const text = await format(markdown, { ...(await resolveConfig(file)), filepath: file });
  if (current(file) === text) return;
  if (process.argv.includes('--check')) {
    console.error(`docs: ${relative(root, file)} is stale; \`npm run docs\` writes it.`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function current(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
