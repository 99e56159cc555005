import { resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { rulesOf } from './rules.ts';
import { isTooling, projectOf, readWorkspace, type Workspace } from './workspace.ts';

/** `node tools/floors/main.ts [folder]`: prints every import that the house forbids, one a line, and fails when there is one. */
const root = resolve(process.argv[2] ?? '.');
const workspace = readWorkspace(root);
const graph = await importsOf(root, workspace);
const faults = [...workspace.faults, ...homeless(graph, workspace), ...forbidden(graph)];

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else
  console.log(
    `floors: ${workspace.projects.length} projects, ${graph.summary.totalDependenciesCruised} imports, none forbidden.`,
  );

async function importsOf(folder: string, found: Workspace): Promise<ICruiseResult> {
  const { output } = await cruise(['.'], {
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: rulesOf(found) },
    // Types count: an import that is erased still ties two projects together.
    tsPreCompilationDeps: true,
    exclude: { path: String.raw`(^|/)(dist|coverage|\.[^./][^/]*)/|^tools/interop/` },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['@devmesh/source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text, not with a graph.');
  return output;
}

/** A source file in a folder that nobody has given a floor would otherwise pass every rule. */
function homeless(graph: ICruiseResult, { projects }: Workspace): string[] {
  return graph.modules
    .filter(
      ({ source, coreModule, couldNotResolve }) =>
        !coreModule && !couldNotResolve && !/(^|\/)node_modules\//.test(source),
    )
    .filter(({ source }) => !isTooling(source) && !projectOf(source, projects))
    .map(({ source }) => `${source}: belongs to no project with a floor; give its folder a package.json with a tag.`);
}

function forbidden(graph: ICruiseResult): string[] {
  return graph.summary.violations.map(({ from, to, rule }) => `${from}: imports ${to}, which ${rule.name}.`);
}
