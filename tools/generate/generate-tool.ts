import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listTool } from './list-tool.ts';
import { systemNames, toolNames } from './names.ts';
import { prometheusTool, prometheusToolTest } from './templates/prometheus-tool.ts';
import { readTool, readToolTest } from './templates/read-tool.ts';
import { write, writeNew, type Files } from './write-files.ts';

/** Writes a read tool with its test, and lists it in its adapter. @throws Error when there is no such system. */
export async function generateTool(root: string, system: string, verbNoun: string): Promise<void> {
  if (!existsSync(join(root, 'libs/systems', system, 'src/adapter.ts')))
    throw new Error(`There is no system ${system}: npm run generate:adapter -- ${system}`);
  const tool = toolNames(system, verbNoun);
  const listed = listTool(root, system, tool);
  await writeNew(root, toolFiles(system, verbNoun));
  await write(root, listed.path, listed.text);
}

/** A tool and its test. Systems whose context differs from what `generate:adapter` lays out have a template of their own. */
export function toolFiles(system: string, verbNoun: string): Files {
  const [source, test] = system === 'prometheus' ? [prometheusTool, prometheusToolTest] : [readTool, readToolTest];
  const names = { ...systemNames(system), ...toolNames(system, verbNoun) };
  const path = `libs/systems/${system}/src/tools/${names.file}`;
  return { [`${path}.ts`]: source(names), [`${path}.test.ts`]: test(names) };
}
