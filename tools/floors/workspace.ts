import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type Project = {
  /** Relative to the repository, with forward slashes: `libs/base/contracts`. */
  dir: string;
  name: string;
  floor: number;
  /** Package names, ours and others', by where they are declared. */
  dependencies: string[];
  devDependencies: string[];
};

export type Workspace = {
  projects: Project[];
  /** What `tools/` and the configuration files of the root may import. */
  rootPackages: string[];
  /** What is wrong before a single import has been looked at. */
  faults: string[];
};

type Manifest = {
  name?: string;
  workspaces?: string[];
  nx?: { tags?: string[] };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
};

/** Reads every project that the root's `workspaces` names, and says what keeps it from having a floor. */
export function readWorkspace(root: string): Workspace {
  const own = manifestOf(root);
  const dirs = globSync(own.workspaces ?? [], { cwd: root })
    .map((dir) => dir.replaceAll('\\', '/'))
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .sort();
  const read = dirs.map((dir) => readProject(root, dir));
  const projects = read.flatMap(({ project }) => (project ? [project] : []));
  return {
    projects,
    rootPackages: [...names(own.dependencies), ...names(own.devDependencies)],
    faults: [
      ...read.flatMap(({ faults }) => faults),
      ...projects.flatMap((project) => declaredTooHigh(project, projects)),
    ],
  };
}

function readProject(root: string, dir: string): { project?: Project; faults: string[] } {
  const manifest = manifestOf(join(root, dir));
  const tags = (manifest.nx?.tags ?? []).filter((tag) => /^floor:\d+$/.test(tag));
  const faults: string[] = [];
  if (tags.length !== 1) faults.push(`${dir}: needs exactly one tag "floor:<number>" under "nx" in its package.json.`);
  if (![basename(dir), `@devmesh/${basename(dir)}`].includes(manifest.name ?? '')) {
    faults.push(
      `${dir}: is called "${manifest.name}", not "@devmesh/${basename(dir)}": a package has the name of its folder.`,
    );
  }
  if (faults.length > 0 || !manifest.name) return { faults };
  const project = {
    dir,
    name: manifest.name,
    floor: Number(tags[0]?.slice('floor:'.length)),
    dependencies: names(manifest.dependencies),
    devDependencies: names(manifest.devDependencies),
  };
  return { project, faults };
}

function declaredTooHigh(project: Project, projects: Project[]): string[] {
  return projects
    .filter((other) => uses(project, other.name) && other.floor >= project.floor && !isTestNeighbour(project, other))
    .map(
      (other) =>
        `${project.dir} (floor ${project.floor}): declares ${other.name} (floor ${other.floor}); only lower floors may be used.`,
    );
}

/** A project of the same floor that only the tests of `project` use. */
export function isTestNeighbour(project: Project, { name, floor }: Project): boolean {
  return floor === project.floor && project.devDependencies.includes(name) && !project.dependencies.includes(name);
}

/** True when the project declares the package, for its code or for its tests. */
export function uses(project: Project, name: string): boolean {
  return project.dependencies.includes(name) || project.devDependencies.includes(name);
}

/** The project that a file belongs to. */
export function projectOf(file: string, projects: Project[]): Project | undefined {
  return projects.find(({ dir }) => file.startsWith(`${dir}/`));
}

/** Sources that are no project of ours and still may exist: tools, and configuration at the root. */
export function isTooling(file: string): boolean {
  return file.startsWith('tools/') || dirname(file) === '.';
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function names(dependencies: Record<string, string> = {}): string[] {
  return Object.keys(dependencies);
}
