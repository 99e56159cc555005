import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from './write-files.ts';

const SYSTEMS = 'apps/devmesh/src/start/systems.ts';
const MANIFEST = 'apps/devmesh/package.json';

/**
 * What changes so that the one process serves the new system too: nothing may exist in only one of the two forms.
 * @throws Error when the files have changed their form.
 */
export function embeddedChanges(root: string, system: string): Files {
  const manifest = JSON.parse(readFileSync(join(root, MANIFEST), 'utf8')) as { dependencies: Record<string, string> };
  const dependencies = { ...manifest.dependencies, [`@devmesh/${system}`]: '*' };
  const sorted = Object.fromEntries(Object.entries(dependencies).sort(([one], [other]) => (one < other ? -1 : 1)));
  return {
    [SYSTEMS]: withSystem(readFileSync(join(root, SYSTEMS), 'utf8'), system),
    [MANIFEST]: JSON.stringify({ ...manifest, dependencies: sorted }, null, 2),
  };
}

/** @throws Error when the file has changed its form: then there is something to add by hand. */
function withSystem(source: string, system: string): string {
  const steps: [RegExp, string][] = [
    [/^(import .* from '@devmesh\/rest-api';)$/m, `import { ${system} } from '@devmesh/${system}';\n$1`],
    [/^(export const SYSTEMS\b.* = \[[^\]]*?),?\s*\]/m, `$1, ${system}]`],
    [/^(export const SystemsConfig = \{[^}]*?),?\s*\}/m, `$1, ...${system}.config.shape }`],
  ];
  return steps.reduce((text, [pattern, replacement]) => {
    if (!pattern.test(text)) throw new Error(`${SYSTEMS} has changed its form: add ${system} to it by hand.`);
    return text.replace(pattern, replacement);
  }, source);
}
