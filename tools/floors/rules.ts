import type { IRegularForbiddenRuleType } from 'dependency-cruiser';
import { owned, type Owned } from './owners.ts';
import { isTestNeighbour, type Project, type Workspace } from './workspace.ts';

type Side = IRegularForbiddenRuleType['from'];

/** Who may see test material: tests, what only tests import, and everything under `e2e/`, `tools/` and `libs/testing/`. */
const TEST_FILE = String.raw`(\.test\.ts|\.fixtures\.ts|/conformance\.ts|/src/conformance/.+\.ts)$|^(e2e|tools|libs/testing)/`;
const CONFORMANCE = String.raw`/src/(conformance|testing)\.ts$`;
const DOOR = String.raw`/src/(index|conformance|testing)\.ts$`;
/** Declared at the root, because every project's tests need it. */
const IN_EVERY_TEST = ['@jest/globals'];

/** All rules of the house about imports, made from the projects' tags and manifests. */
export function rulesOf({ projects, rootPackages }: Workspace): IRegularForbiddenRuleType[] {
  return [
    unresolved,
    ...projects.flatMap((project) => [
      floors(project, projects),
      neighbours(project, projects),
      byName(project, projects),
      ...declared(project, projects),
      noTooling(project),
    ]),
    throughTheDoor(projects),
    testingFromTests,
    conformanceFromTests,
    testFilesFromTests,
    ...owned.map(ownedBy),
    ...projects.filter(({ dir }) => dir.startsWith('libs/systems/')).map(systemBehindItsAdapter),
    clientsSeeContracts(projects),
    toolingDeclared(rootPackages, projects),
  ].filter((rule) => rule !== undefined);
}

const unresolved = forbid(
  'does not resolve: not installed, or not among the `exports` of that package',
  {},
  { couldNotResolve: true },
);

const testingFromTests = forbid('is imported by tests only', { pathNot: TEST_FILE }, { path: '^libs/testing/' });

const conformanceFromTests = forbid(
  'is a conformance suite, imported by tests only',
  { pathNot: TEST_FILE },
  { path: CONFORMANCE },
);

const testFilesFromTests = forbid(
  'is a test file, and production code must not import it',
  { pathNot: TEST_FILE },
  { path: String.raw`(\.test|\.fixtures)\.ts$` },
);

function floors(project: Project, projects: Project[]): IRegularForbiddenRuleType | undefined {
  const tooHigh = projects.filter(
    (other) => other.dir !== project.dir && other.floor >= project.floor && !isTestNeighbour(project, other),
  );
  if (tooHigh.length === 0) return undefined;
  return forbid(`is not below floor ${project.floor}, where ${project.name} lives`, inside(project), {
    path: tooHigh.map(folder),
  });
}

/** A neighbour on the same floor may serve tests, where it is a devDependency; code that runs may not see it. */
function neighbours(project: Project, projects: Project[]): IRegularForbiddenRuleType | undefined {
  const forTests = projects.filter((other) => isTestNeighbour(project, other));
  if (forTests.length === 0) return undefined;
  return forbid(
    `is on the same floor as ${project.name}: a devDependency, for its tests only`,
    { ...inside(project), pathNot: TEST_FILE },
    { path: forTests.map(folder) },
  );
}

/** Past its `exports` only a relative path can go. */
function byName(project: Project, projects: Project[]): IRegularForbiddenRuleType | undefined {
  const others = projects.filter(({ dir }) => dir !== project.dir);
  if (others.length === 0) return undefined;
  return forbid('is another project: import it by its name, not by a path', inside(project), {
    path: others.map(folder),
    dependencyTypes: ['local'],
  });
}

function throughTheDoor(projects: Project[]): IRegularForbiddenRuleType | undefined {
  if (projects.length === 0) return undefined;
  return forbid(
    'lies behind the index.ts of its project: export it there, or do without it',
    { path: '^(libs/[^/]+/[^/]+|[^/]+/[^/]+)/' },
    { path: projects.map(folder), pathNot: [DOOR, '^$1/'] },
  );
}

function declared(project: Project, projects: Project[]): IRegularForbiddenRuleType[] {
  const inTests = [...project.dependencies, ...project.devDependencies, ...IN_EVERY_TEST];
  const why = (where: string) => `is not declared under ${where} of ${project.dir}/package.json`;
  return [
    ...undeclared(
      why('"dependencies"'),
      { ...inside(project), pathNot: TEST_FILE },
      project.dependencies,
      project,
      projects,
    ),
    ...undeclared(why('"dependencies" or "devDependencies"'), inside(project), inTests, project, projects),
  ];
}

function undeclared(
  why: string,
  from: Side,
  allowed: string[],
  self: Project,
  projects: Project[],
): IRegularForbiddenRuleType[] {
  const ours = projects.filter(({ dir, name }) => dir !== self.dir && !allowed.includes(name));
  return [
    forbid(why, from, { path: '(^|/)node_modules/', pathNot: installed(allowed) }),
    ...(ours.length > 0 ? [forbid(why, from, { path: ours.map(folder) })] : []),
  ];
}

function toolingDeclared(rootPackages: string[], projects: Project[]): IRegularForbiddenRuleType {
  const allowed = [...rootPackages, ...projects.flatMap(({ dependencies }) => dependencies)];
  return forbid(
    'is declared in no package.json of ours',
    { path: ['^tools/', '^[^/]+$'] },
    { path: '(^|/)node_modules/', pathNot: installed(allowed) },
  );
}

function noTooling(project: Project): IRegularForbiddenRuleType {
  return forbid(
    'is tooling, and no part of a project',
    { ...inside(project), pathNot: String.raw`/jest\.config\.js$|^e2e/` },
    { path: '^tools/' },
  );
}

function ownedBy({ packages, folders }: Owned): IRegularForbiddenRuleType {
  return forbid(
    `is imported by ${folders.join(' and ')} alone`,
    { path: '^(libs|apps)/', pathNot: `^(${folders.join('|')})/` },
    { path: `(^|/)node_modules/(${packages.join('|')})/` },
  );
}

function systemBehindItsAdapter(system: Project): IRegularForbiddenRuleType {
  const name = system.dir.slice('libs/systems/'.length);
  return forbid(
    `is a system: only apps/adapter-${name} and apps/devmesh import it`,
    { pathNot: `^(${system.dir}|apps/adapter-${name}|apps/devmesh|e2e|tools)/` },
    { path: folder(system) },
  );
}

function clientsSeeContracts(projects: Project[]): IRegularForbiddenRuleType | undefined {
  const hidden = projects.filter(({ dir }) => !/^libs\/(clients\/|base\/contracts$|testing$)/.test(dir));
  if (hidden.length === 0) return undefined;
  return forbid(
    'is not contracts, and a client library sees nothing else',
    { path: '^libs/clients/' },
    { path: hidden.map(folder) },
  );
}

/** The rule's name is what a reader of the failure sees, after "which". */
function forbid(name: string, from: Side, to: IRegularForbiddenRuleType['to']): IRegularForbiddenRuleType {
  return { name, severity: 'error', from, to };
}

function inside(project: Project): { path: string } {
  return { path: folder(project) };
}

function folder({ dir }: Project): string {
  return `^${dir}/`;
}

function installed(packages: string[]): string[] {
  return packages.map((name) => `(^|/)node_modules/(${name}|@types/${name.replace(/^@([^/]+)\//, '$1__')})/`);
}
