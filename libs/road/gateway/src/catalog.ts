import type { Bus, Stop } from '@devmesh/bus';
import { AppError, publishedName, subjects, type Principal, type ToolDescriptor } from '@devmesh/contracts';
import { decide, type PolicySettings } from '@devmesh/policy';
import { nearestName } from '@devmesh/runtime';
import { catalogTool, type CatalogTool } from './catalog-tool.ts';
import { createArgumentParsers } from './parse-arguments.ts';
import { OWN_SYSTEMS } from './own-systems.ts';
import type { Systems } from './systems.ts';
import { rankOf, toolsetFilter, unknownToolsets } from './toolsets.ts';

export interface CatalogParts {
  bus: Bus;
  systems: Systems;
  /** DevMesh's own tools. */
  own: readonly ToolDescriptor[];
  /** Names of an organisation's connections, by system. */
  connectionNames(organizationId: string, organizationSlug: string): Promise<ReadonlyMap<string, readonly string[]>>;
  policy: PolicySettings;
}

interface Compiled {
  compiledAt: number;
  tools: readonly CatalogTool[];
  byName: ReadonlyMap<string, CatalogTool>;
  /** Lists already filtered, by what the filter depends on. */
  lists: Map<string, readonly CatalogTool[]>;
}

/** A changed connection is heard of at once over the bus; a lost message costs this long. */
const STALE_AFTER_MS = 5_000;
const KEPT_LISTS = 200;
const KEPT_ORGANIZATIONS = 1_000;

/** Organisations' catalogs, compiled once and kept: a call costs two map look-ups. */
export function createCatalog({ bus, systems, own, connectionNames, policy }: CatalogParts) {
  const compiled = new Map<string, Promise<Compiled>>();
  const listeners = new Set<(organizationId: string | undefined) => void>();
  const parserOf = createArgumentParsers();
  const ownNames = new Set(own.map(({ name }) => publishedName(name)));
  // An adapter's tool never takes the place of one of our own.
  const isNotOurs = ({ name }: ToolDescriptor) => !ownNames.has(publishedName(name));

  async function start(): Promise<Stop> {
    const stopSystems = systems.onChange(() => forget(undefined));
    const stopConnections = await bus.subscribe(subjects.connectionsChanged, (payload) =>
      forget(organizationOf(payload)),
    );
    return async () => {
      stopSystems();
      await stopConnections();
    };
  }

  function forget(organizationId: string | undefined): void {
    if (organizationId === undefined) compiled.clear();
    else compiled.delete(organizationId);
    for (const listener of listeners) listener(organizationId);
  }

  async function of(principal: Principal): Promise<Compiled> {
    const { organizationId } = principal;
    const current = compiled.get(organizationId);
    if (current && performance.now() - (await current).compiledAt < STALE_AFTER_MS) return current;
    const fresh = compile(organizationId, principal.organizationSlug);
    remember(organizationId, fresh);
    fresh.catch(() => {
      if (compiled.get(organizationId) === fresh) compiled.delete(organizationId);
    });
    return fresh;
  }

  // The one compiled longest ago goes first.
  function remember(organizationId: string, fresh: Promise<Compiled>): void {
    compiled.delete(organizationId);
    compiled.set(organizationId, fresh);
    if (compiled.size > KEPT_ORGANIZATIONS) compiled.delete(compiled.keys().next().value ?? '');
  }

  async function compile(organizationId: string, organizationSlug: string): Promise<Compiled> {
    const names = await connectionNames(organizationId, organizationSlug);
    const descriptors = [
      ...own,
      ...systems
        .list()
        .flatMap((system) => system.tools)
        .filter(isNotOurs),
    ];
    const tools = descriptors
      .map((tool) => catalogTool(tool, names.get(tool.system) ?? [], parserOf(tool)))
      .sort(byRank);
    const byName = new Map(
      tools.flatMap((tool) => [[tool.published, tool] as const, [tool.descriptor.name, tool] as const]),
    );
    return { compiledAt: performance.now(), tools, byName, lists: new Map() };
  }

  /** What this principal may see, in the checked-in order. `narrowing` is a URL's toolsets; `all` adds systems without a connection. */
  async function list(
    principal: Principal,
    { narrowing = '', all = false }: { narrowing?: string; all?: boolean } = {},
  ): Promise<readonly CatalogTool[]> {
    const catalog = await of(principal);
    const { kind, roles, scopes, toolset } = principal;
    const key = JSON.stringify([kind, roles, scopes, toolset, narrowing, all]);
    const known = catalog.lists.get(key);
    if (known) return known;
    const visible = visibility(principal, narrowing);
    const tools = catalog.tools.filter((tool) => visible(tool) && (all || tool.configured));
    if (catalog.lists.size < KEPT_LISTS) catalog.lists.set(key, tools);
    return tools;
  }

  /** The tool and whether this principal may see it. Throws `not_found` with the nearest name that they may see. */
  async function find(
    principal: Principal,
    name: string,
    narrowing = '',
  ): Promise<{ tool: CatalogTool; hidden: string | undefined }> {
    const catalog = await of(principal);
    const tool = catalog.byName.get(name);
    if (!tool) throw await unknownTool(principal, name, narrowing);
    return { tool, hidden: hiddenBy(principal, narrowing, tool, policy) };
  }

  /** What an agent is told of a tool that is not there, or not for them: the two are one to them. */
  async function unknownTool(principal: Principal, name: string, narrowing = ''): Promise<AppError> {
    const names = (await list(principal, { narrowing, all: true })).map((tool) => tool.published);
    const meant = nearestName(name, names);
    return new AppError('not_found', `There is no tool ${name}.`, {
      suggestion: meant === undefined ? 'List the tools that you may call.' : `Did you mean ${meant}?`,
      details: { nearest: meant === undefined ? [] : [meant] },
    });
  }

  function visibility(principal: Principal, narrowing: string): (tool: CatalogTool) => boolean {
    const filters = filtersOf(principal, narrowing);
    return (tool) =>
      filters.every((filter) => filter(tool.descriptor)) &&
      decide({ principal, tool: tool.descriptor, question: 'list' }, policy).outcome !== 'deny';
  }

  /** Throws `not_found` when a URL names a toolset that there is not. */
  function assertToolsets(list: string): void {
    const unknown = unknownToolsets(list, [...OWN_SYSTEMS, ...systems.list().map(({ system }) => system)]);
    if (unknown.length > 0)
      throw new AppError('not_found', `There is no toolset ${unknown.join(', ')}.`, {
        suggestion: 'Toolsets: all, observe, incident, and the name of each system; combine them with commas.',
      });
  }

  return {
    start,
    list,
    find,
    unknownTool,
    assertToolsets,
    /** Told when a catalog may have changed; `undefined` means every organisation's. */
    onChange(listener: (organizationId: string | undefined) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
export type Catalog = ReturnType<typeof createCatalog>;

// Clients that can take only twenty tools take the first twenty.
function byRank(a: CatalogTool, b: CatalogTool): number {
  return rankOf(a.descriptor.name) - rankOf(b.descriptor.name) || (a.published < b.published ? -1 : 1);
}

function filtersOf(principal: Principal, narrowing: string) {
  return narrowing === ''
    ? [toolsetFilter(principal.toolset)]
    : [toolsetFilter(principal.toolset), toolsetFilter(narrowing)];
}

function hiddenBy(
  principal: Principal,
  narrowing: string,
  tool: CatalogTool,
  policy: PolicySettings,
): string | undefined {
  if (!filtersOf(principal, narrowing).every((filter) => filter(tool.descriptor))) return 'toolset';
  const decision = decide({ principal, tool: tool.descriptor, question: 'list' }, policy);
  return decision.outcome === 'deny' ? (decision.reasons[0]?.rule ?? 'policy') : undefined;
}

function organizationOf(payload: unknown): string | undefined {
  const id =
    typeof payload === 'object' && payload !== null && 'organizationId' in payload ? payload.organizationId : undefined;
  return typeof id === 'string' ? id : undefined;
}
