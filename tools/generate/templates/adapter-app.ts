import type { SystemNames } from '../names.ts';
import type { Files } from '../write-files.ts';

/** The process that serves the system: two lines of code. */
export function adapterApp({ system, pascal }: SystemNames): Files {
  const dir = `apps/adapter-${system}`;
  return {
    [`${dir}/package.json`]: manifest({
      name: `@devmesh/adapter-${system}`,
      description: `The process that serves the ${pascal} tools.`,
      floor: 7,
      dependencies: ['@devmesh/adapter', `@devmesh/${system}`],
    }),
    [`${dir}/tsconfig.json`]: JSON.stringify({ extends: '../../tsconfig.base.json', include: ['src'] }),
    [`${dir}/jest.config.js`]: jestConfig('../../'),
    [`${dir}/src/index.ts`]: 'export {};\n',
    [`${dir}/src/main.ts`]: `import { startAdapter } from '@devmesh/adapter';
import { ${system} } from '@devmesh/${system}';

await startAdapter(${system});
`,
  };
}

export interface ManifestFacts {
  name: string;
  description: string;
  floor: number;
  dependencies: readonly string[];
}

/** A package.json as all projects of this repository have it. */
export function manifest({ name, description, floor, dependencies }: ManifestFacts): string {
  return JSON.stringify({
    name,
    version: '0.1.0',
    description,
    private: true,
    license: 'Apache-2.0',
    type: 'module',
    exports: {
      '.': { '@devmesh/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    },
    nx: { tags: [`floor:${String(floor)}`], targets: { test: {} } },
    dependencies: Object.fromEntries(dependencies.map((dependency) => versioned(dependency))),
  });
}

/** `up` leads from the project to the repository. */
export function jestConfig(up: string): string {
  return `import { project } from '${up}tools/jest/preset.js';\n\nexport default project(import.meta.dirname);\n`;
}

// Ours come from the workspace; anything else says its version behind an @.
function versioned(dependency: string): [string, string] {
  const at = dependency.lastIndexOf('@');
  return at > 0 ? [dependency.slice(0, at), dependency.slice(at + 1)] : [dependency, '*'];
}
