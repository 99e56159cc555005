import type { JsonSchema } from '@devmesh/contracts';
import type { CatalogTool } from '@devmesh/gateway';
import { ProtocolError, ProtocolErrorCode, type Tool } from '@modelcontextprotocol/server';
import type { McpGateway } from '../mcp-parts.ts';
import { toolDefinition } from './tool-definition.ts';
import type { Visit } from './visit.ts';

export const PAGE_SIZE = 100;

/** A list of tools as it is published: made once for each list that the catalog holds, however many ask for it. */
export interface Listing {
  tools: readonly Tool[];
  has(published: string): boolean;
  /** The input schema of a tool that wants some arguments in headers too (`x-mcp-header`); undefined for all others. */
  headerSchema(published: string): JsonSchema | undefined;
}

/** The tools of whoever asks, without registering any of them with the SDK. */
export function createListings({ catalog }: Pick<McpGateway, 'catalog'>) {
  const definitions = new WeakMap<CatalogTool, Tool>();
  const listings = new WeakMap<readonly CatalogTool[], Listing>();

  function definitionOf(tool: CatalogTool): Tool {
    const known = definitions.get(tool) ?? toolDefinition(tool);
    definitions.set(tool, known);
    return known;
  }

  return async ({ principal, toolsets }: Pick<Visit, 'principal' | 'toolsets'>): Promise<Listing> => {
    const visible = await catalog.list(principal, { narrowing: toolsets });
    const known = listings.get(visible);
    if (known) return known;
    const listing = listingOf(visible, definitionOf);
    listings.set(visible, listing);
    return listing;
  };
}
export type Listings = ReturnType<typeof createListings>;

function listingOf(visible: readonly CatalogTool[], definitionOf: (tool: CatalogTool) => Tool): Listing {
  const names = new Set(visible.flatMap(({ published, descriptor }) => [published, descriptor.name]));
  const withHeaders = visible.filter(({ inputSchema }) => JSON.stringify(inputSchema).includes('"x-mcp-header"'));
  const headerSchemas = new Map(withHeaders.map(({ published, inputSchema }) => [published, inputSchema]));
  return {
    tools: visible.map(definitionOf),
    has: (published) => names.has(published),
    headerSchema: (published) => headerSchemas.get(published),
  };
}

/** One page of a list. The cursor is the name of the last tool, so that a tool that comes or goes shifts nothing else. */
export function toolPage({ tools }: Listing, cursor: string | undefined): { tools: Tool[]; nextCursor?: string } {
  const from = cursor === undefined ? 0 : positionAfter(tools, cursor);
  const page = tools.slice(from, from + PAGE_SIZE);
  const last = page.at(-1);
  const more = from + page.length < tools.length;
  return { tools: page, ...(more && last && { nextCursor: cursorOf(last.name, from + page.length) }) };
}

function cursorOf(name: string, position: number): string {
  return Buffer.from(JSON.stringify([name, position])).toString('base64url');
}

function positionAfter(tools: readonly Tool[], cursor: string): number {
  const [name, position] = readCursor(cursor);
  const found = tools.findIndex((tool) => tool.name === name);
  return found === -1 ? position : found + 1;
}

function readCursor(cursor: string): [string, number] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(read) && typeof read[0] === 'string' && Number.isSafeInteger(read[1]))
      return [read[0], read[1] as number];
  } catch {
    // Said below, as for every other cursor that is not ours.
  }
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'This cursor is not one of this list. Leave it out to begin again.',
  );
}
