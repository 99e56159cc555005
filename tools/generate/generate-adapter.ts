import { toolFiles } from './generate-tool.ts';
import { systemNames } from './names.ts';
import { embeddedChanges } from './serve-embedded.ts';
import { adapterApp } from './templates/adapter-app.ts';
import { adapterSources } from './templates/adapter-sources.ts';
import { adapterTests } from './templates/adapter-tests.ts';
import { write, writeNew } from './write-files.ts';

const FIRST_TOOL = 'list_items';

/** Writes a whole system: its library with a first tool, its app, and its place in the one process. */
export async function generateAdapter(root: string, name: string): Promise<void> {
  const names = systemNames(name);
  const files = { ...adapterSources(names), ...adapterTests(names), ...adapterApp(names) };
  const changes = embeddedChanges(root, name);
  await writeNew(root, { ...files, ...toolFiles(name, FIRST_TOOL) });
  for (const [path, text] of Object.entries(changes)) await write(root, path, text);
}
