import type { RequestHandler } from 'express';
import type { Route } from './define-route.ts';

export interface RouteMatch {
  handler: RequestHandler;
  params: Record<string, string>;
}

export interface RouteTable {
  /** @throws URIError when a parameter is not decodable. */
  find(method: string, path: string): RouteMatch | undefined;
  /** The methods that an address knows. */
  methodsAt(path: string): string[];
}

interface Entry {
  method: string;
  /** Lower case, as paths are compared; `:name` for a parameter, `*name` for the rest. */
  parts: readonly string[];
  handler: RequestHandler;
}

/**
 * Finds the route of a request. Express's own router tries one pattern after another on every request; here fixed paths are
 * one look-up, and `/contexts/search` comes before `/contexts/:id` whatever the order of mounting.
 */
export function routeTable(routes: readonly Route[], run: (route: Route) => RequestHandler): RouteTable {
  const entries = [...routes]
    .sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1))
    .map((route): Entry => ({ method: route.method, parts: partsOf(route.path), handler: run(route) }));
  const fixed = new Map<string, Entry>();
  const byLength = new Map<number, Entry[]>();
  const rest: Entry[] = [];
  for (const entry of entries) {
    if (entry.parts.at(-1)?.startsWith('*') === true) rest.push(entry);
    else if (!entry.parts.some(isParameter)) fixed.set(`${entry.method} ${entry.parts.join('/').toLowerCase()}`, entry);
    else byLength.set(entry.parts.length, [...(byLength.get(entry.parts.length) ?? []), entry]);
  }

  return {
    find(method, path) {
      const wanted = method === 'HEAD' ? 'GET' : method;
      const given = partsOf(path);
      const exact = fixed.get(`${wanted} ${given.join('/').toLowerCase()}`);
      if (exact !== undefined) return { handler: exact.handler, params: {} };
      const found =
        (byLength.get(given.length) ?? []).find((entry) => entry.method === wanted && fits(entry, given)) ??
        rest.find((entry) => entry.method === wanted && fits(entry, given));
      return found === undefined ? undefined : { handler: found.handler, params: paramsOf(found, given) };
    },
    methodsAt(path) {
      const given = partsOf(path);
      return [...new Set(entries.filter((entry) => fits(entry, given)).map(({ method }) => method))];
    },
  };
}

/** Every route once, by name and by address; a second one is a mistake of ours and stops the start. */
export function assertUnique(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { name, method, path } of routes) {
    for (const key of [name, `${method} ${path.replace(/:[A-Za-z0-9_]+/g, ':')}`]) {
      if (seen.has(key)) throw new Error(`two routes are called ${key}`);
      seen.add(key);
    }
  }
}

/** `/a/b/` and `/a/b` are one address. */
function partsOf(path: string): string[] {
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(1, end).split('/');
}

function fits({ parts }: Entry, given: readonly string[]): boolean {
  for (const [index, part] of parts.entries()) {
    if (part.startsWith('*')) return given.length > index;
    const value = given[index];
    if (value === undefined || value === '') return part === value;
    if (!isParameter(part) && part.toLowerCase() !== value.toLowerCase()) return false;
  }
  return parts.length === given.length;
}

function paramsOf({ parts }: Entry, given: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    if (part.startsWith('*')) params[part.slice(1)] = given.slice(index).map(decodeURIComponent).join('/');
    else if (isParameter(part)) params[part.slice(1)] = decodeURIComponent(given[index] ?? '');
  }
  return params;
}

function isParameter(part: string): boolean {
  return part.startsWith(':');
}

/** Fixed parts before parameters before the rest, compared part by part. */
function rank(path: string): string {
  return partsOf(path)
    .map((part) => (part.startsWith('*') ? '2' : isParameter(part) ? '1' : `0${part}`))
    .join('/');
}
