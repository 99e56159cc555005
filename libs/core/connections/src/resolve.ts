import { AppError, type WireConnection } from '@devmesh/contracts';
import { nearestName } from '@devmesh/runtime';
import type { Connection } from './connection.ts';

/** The connection of that name or id, or the default when no name is given; undefined when the system has none at all and none was asked for by name. */
export function choose(
  connections: readonly Connection[],
  system: string,
  name: string | undefined,
): WireConnection | undefined {
  if (name === undefined) return (connections.find(({ view }) => view.is_default) ?? connections[0])?.wire;
  const found = connections.find(({ view }) => view.name === name) ?? connections.find(({ view }) => view.id === name);
  if (found) return found.wire;
  throw noSuchConnection(connections, system, name);
}

/** The default first: what a caller gets who names none. */
export function namesOf(connections: readonly Connection[]): string[] {
  return connections
    .toSorted((a, b) => Number(b.view.is_default) - Number(a.view.is_default))
    .map(({ view }) => view.name);
}

function noSuchConnection(connections: readonly Connection[], system: string, name: string): AppError {
  const names = connections.map(({ view }) => view.name);
  const nearest = nearestName(name, names);
  const choices =
    names.length === 0 ? `${system} has no connection yet.` : `There are: ${names.slice(0, 20).join(', ')}.`;
  return new AppError('not_found', `There is no connection "${name}" to ${system}. ${choices}`, {
    details: { system, connections: names.slice(0, 20) },
    suggestion: nearest === undefined ? 'List them: devmesh connection list.' : `Did you mean "${nearest}"?`,
  });
}
