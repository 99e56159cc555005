import { AppError, type Principal } from '@devmesh/contracts';
import {
  ResourceNotFoundError,
  type ListResourcesResult,
  type ReadResourceResult,
  type ResourceTemplateType,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { McpResources } from '../mcp-parts.ts';
import type { Listings } from './listings.ts';
import type { Visit } from './visit.ts';

const PAGE_SIZE = 50;
const MAX_BYTES = 1024 * 1024;
const STATUS = 'devmesh://status';
const JSON_TYPE = 'application/json';

export const ListParams = z.looseObject({ cursor: z.string().optional() }).optional();
export type ListParams = z.infer<typeof ListParams>;
export const ReadParams = z.looseObject({ uri: z.string() });
export type ReadParams = z.infer<typeof ReadParams>;

interface Kind {
  title: string;
  description: string;
  /** The tool that gives the same: who may not see it sees none of these either. */
  tool: string;
  read(resources: McpResources, principal: Principal, id: string): Promise<unknown>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  contexts: {
    title: 'Context',
    description: 'A conversation or a note that was kept, with its metadata and messages.',
    tool: 'contexts_get',
    read: (resources, principal, id) => resources.readContext(principal, id),
  },
  calls: {
    title: 'Call',
    description: 'One tool call: its state and its result.',
    tool: 'wait_for_call',
    read: (resources, principal, id) => resources.readCall(principal, id),
  },
  evidence: {
    title: 'Evidence',
    description: 'What did not fit into the answer of a call.',
    tool: 'evidence_read',
    read: (resources, principal, id) => resources.readEvidence(principal, id),
  },
};

/** Resources are read like tools: by whoever may see the tool that gives the same, and only their own organisation's. */
export function createResources(resources: McpResources, listings: Listings) {
  async function list(params: ListParams, visit: Visit): Promise<ListResourcesResult> {
    const tools = await listings(visit);
    const cursor = params?.cursor;
    const status =
      cursor === undefined && tools.has('status')
        ? [{ uri: STATUS, name: 'status', title: 'Status', mimeType: JSON_TYPE }]
        : [];
    if (!tools.has('contexts_get')) return { resources: status };
    const page = await resources.listContexts(visit.principal, { cursor, limit: PAGE_SIZE });
    const contexts = page.items.map(({ id, name }) => ({
      uri: uriOf('contexts', id),
      name: name ?? id,
      mimeType: JSON_TYPE,
    }));
    return {
      resources: [...status, ...contexts],
      ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
    };
  }

  async function templates(visit: Visit): Promise<{ resourceTemplates: ResourceTemplateType[] }> {
    const tools = await listings(visit);
    const visible = Object.entries(KINDS).filter(([, kind]) => tools.has(kind.tool));
    return {
      resourceTemplates: visible.map(([name, { title, description }]) => ({
        uriTemplate: `devmesh://${name}/{id}`,
        name,
        title,
        description,
        mimeType: JSON_TYPE,
      })),
    };
  }

  async function read({ uri }: ReadParams, visit: Visit): Promise<ReadResourceResult> {
    const value = await valueOf(uri, visit);
    const text = JSON.stringify(value);
    if (Buffer.byteLength(text) > MAX_BYTES) throw tooLarge(uri);
    return { contents: [{ uri, mimeType: JSON_TYPE, text }] };
  }

  async function valueOf(uri: string, visit: Visit): Promise<unknown> {
    const tools = await listings(visit);
    if (uri === STATUS && tools.has('status')) return resources.readStatus(visit.principal);
    const { kind, id } = parse(uri);
    if (kind === undefined || !tools.has(kind.tool)) throw new ResourceNotFoundError(uri);
    try {
      return await kind.read(resources, visit.principal, id);
    } catch (error) {
      throw error instanceof AppError && error.code === 'not_found' ? new ResourceNotFoundError(uri) : error;
    }
  }

  return { list, templates, read };
}

function uriOf(name: string, id: string): string {
  return `devmesh://${name}/${encodeURIComponent(id)}`;
}

function parse(uri: string): { kind: Kind | undefined; id: string } {
  const [, name = '', id = ''] = /^devmesh:\/\/([a-z]+)\/(.{1,1000})$/.exec(uri) ?? [];
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  try {
    return { kind, id: decodeURIComponent(id) };
  } catch {
    return { kind: undefined, id };
  }
}

function tooLarge(uri: string): AppError {
  return new AppError('invalid_input', `${uri} is larger than 1 MiB.`, {
    suggestion: 'Read it in parts: contexts_get for a context, evidence_read for evidence.',
  });
}
