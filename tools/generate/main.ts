import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateAdapter } from './generate-adapter.ts';
import { generateTool } from './generate-tool.ts';
import { write } from './write-files.ts';

const USAGE = `npm run generate:tool -- <system> <verb_noun>     a read tool with its test: prometheus error_budget
npm run generate:adapter -- <name>                a system with a first tool, its tests and its app: tempo`;

const root = join(import.meta.dirname, '../..');
const [what, name, verbNoun] = process.argv.slice(2);

try {
  if (what === 'tool' && name !== undefined && verbNoun !== undefined) await tool(name, verbNoun);
  else if (what === 'adapter' && name !== undefined) await adapter(name);
  else throw new Error(USAGE);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function tool(system: string, toolName: string): Promise<void> {
  await generateTool(root, system, toolName);
  console.log(`
It runs and its test passes. Now make it yours:
  1. the vendor call, \`input\` and \`output\` in the tool; docs/adding-a-tool.md says what else a tool can have
  2. npm test -- --selectProjects ${system} -u    accept what agents see of it
  3. npm run docs                             put it into docs/reference/tools.md
  4. libs/road/gateway/src/toolsets.ts        where it answers a question that people ask first`);
}

async function adapter(system: string): Promise<void> {
  await generateAdapter(root, system);
  await refreshReferences(system);
  console.log(`
Now:
  1. npm install                           links the two new workspaces and writes them into package-lock.json
  2. npm run types && npm test -- --selectProjects ${system} -u
  3. client.ts, settings.ts and the first tool are examples: docs/adding-an-adapter.md says what to put there
  4. npm run docs`);
}

/** `tsc -b` orders by references, which follow from the manifests. They are written anew as JSON: formatted here. */
async function refreshReferences(system: string): Promise<void> {
  spawnSync(process.execPath, [join(root, 'tools/floors/references.ts')], { stdio: 'inherit' });
  const folders = ['.', 'tools', 'apps/devmesh', `apps/adapter-${system}`, `libs/systems/${system}`];
  for (const path of folders.map((folder) => join(folder, 'tsconfig.json')))
    await write(root, path, readFileSync(join(root, path), 'utf8'));
}
