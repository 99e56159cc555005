import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolNames } from './names.ts';

/**
 * The adapter with a new tool: its import after the other tools', its name at the end of the list.
 * @throws Error when the adapter does not look like one of ours.
 */
export function listTool(root: string, system: string, { variable, file }: ToolNames): { path: string; text: string } {
  const path = `libs/systems/${system}/src/adapter.ts`;
  return { path, text: withTool(readFileSync(join(root, path), 'utf8'), variable, file) };
}

function withTool(source: string, variable: string, file: string): string {
  const imports = [...source.matchAll(/^import .* from '\.\/tools\/.*';$/gm)];
  const last = imports.at(-1);
  const list = /\btools: \[([^\]]*?),?\s*\]/.exec(source);
  if (last === undefined || list === null)
    throw new Error(`adapter.ts has no list of tools to add to: import ${variable} from './tools/${file}.ts' by hand.`);
  const afterImports = last.index + last[0].length;
  return [
    source.slice(0, afterImports),
    `\nimport { ${variable} } from './tools/${file}.ts';`,
    source.slice(afterImports, list.index),
    `tools: [${list[1] ?? ''}, ${variable}]`,
    source.slice(list.index + list[0].length),
  ].join('');
}
