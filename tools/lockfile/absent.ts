export type Lockfile = {
  packages: Record<string, { optionalDependencies?: Record<string, string>; link?: boolean; resolved?: string }>;
};

/**
 * Optional dependencies that the lockfile names and does not hold: mostly the binaries of other platforms, where `npm ci` would then fail
 * or, worse, leave them out in silence.
 */
export function absentOptionals({ packages }: Lockfile): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !visibleFrom(path, name, packages))
      .map((name) => `${path || 'the root'} names ${name}, which is not in the lockfile`),
  );
}

/** Addresses of a registry would tie the lockfile to the network it was made in. */
export function namedRegistries({ packages }: Lockfile): string[] {
  return Object.entries(packages)
    .filter(([, { resolved, link }]) => !link && resolved !== undefined && /^https?:/.test(resolved))
    .map(
      ([path]) => `${path} says where it was downloaded from (omit-lockfile-registry-resolved in .npmrc prevents it)`,
    );
}

/** Node's own lookup: beside the package, then in each `node_modules` above it. */
function visibleFrom(path: string, name: string, packages: Lockfile['packages']): boolean {
  const parts = path === '' ? [] : path.split('/');
  const folders = [...Array(parts.length + 1).keys()].map((length) => parts.slice(0, length).join('/'));
  return folders.some((folder) => (folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`) in packages);
}
