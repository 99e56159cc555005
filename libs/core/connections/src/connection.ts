import type { EnvironmentConnection, WireConnection } from '@devmesh/contracts';
import type { Selectable, Tables } from '@devmesh/store';

export type ConnectionRow = Selectable<Tables['connections']>;

/** A connection as the API shows it: never the credential, only whether there is one. */
export interface ConnectionView {
  id: string;
  system: string;
  name: string;
  environment: string;
  endpoint?: string;
  settings: Record<string, unknown>;
  has_credential: boolean;
  is_default: boolean;
  /** `environment`: given by the adapter's own environment, not to be changed here. */
  origin: 'stored' | 'environment';
  created_at?: string;
  version: number;
}

/** One connection in both of its forms. */
export interface Connection {
  view: ConnectionView;
  wire: WireConnection;
}

export function storedConnection(row: ConnectionRow): Connection {
  const { id, name, environment, system } = row;
  const settings = row.settings as Record<string, unknown>;
  const shared = {
    id,
    name,
    environment,
    settings,
    origin: 'stored' as const,
    ...(row.endpoint !== null && { endpoint: row.endpoint }),
  };
  return {
    view: {
      ...shared,
      system,
      has_credential: row.sealed_credential !== null,
      is_default: row.is_default,
      created_at: row.created_at.toISOString(),
      version: row.version,
    },
    wire: { ...shared, ...(row.sealed_credential !== null && { sealedCredential: row.sealed_credential }) },
  };
}

/** Those that the adapter found in its own environment, where they belong to the organisation with this slug: nobody else learns of them. */
export function environmentConnections(
  system: string,
  given: readonly EnvironmentConnection[],
  organizationSlug: string,
): Connection[] {
  return given
    .filter(({ organization }) => organization === organizationSlug)
    .map(({ name, environment, endpoint, settings }) => {
      const id = `env:${system}:${name}`;
      const shared = {
        id,
        name,
        environment,
        settings,
        origin: 'environment' as const,
        ...(endpoint !== undefined && { endpoint }),
      };
      // The adapter holds the credential, if there is one: nothing is known about it here.
      return { view: { ...shared, system, has_credential: false, is_default: false, version: 1 }, wire: shared };
    });
}

/**
 * All of one system, stored ones first; a stored one hides an environment's of the same name. The default is the stored one
 * that is marked, else the environment's first.
 */
export function together(stored: readonly Connection[], environment: readonly Connection[]): Connection[] {
  const names = new Set(stored.map(({ view }) => view.name));
  const visible = environment.filter(({ view }) => !names.has(view.name));
  if (stored.some(({ view }) => view.is_default)) return [...stored, ...visible];
  return [
    ...stored,
    ...visible.map((one, index) => (index === 0 ? { ...one, view: { ...one.view, is_default: true } } : one)),
  ];
}
