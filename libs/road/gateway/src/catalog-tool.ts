import { publishedName, type JsonSchema, type ToolDescriptor } from '@devmesh/contracts';
import type { ArgumentParser } from './parse-arguments.ts';

/** A tool as one organisation's catalog holds it. */
export interface CatalogTool {
  descriptor: ToolDescriptor;
  /** `prometheus_query` */
  published: string;
  /** Names of this organisation's connections of the tool's system. */
  connections: readonly string[];
  /** Listed unless the system has no connection here. */
  configured: boolean;
  /** With the `connection` argument, where there is a choice. */
  inputSchema: JsonSchema;
  parse: ArgumentParser;
}

export function catalogTool(
  descriptor: ToolDescriptor,
  connections: readonly string[],
  parse: ArgumentParser,
): CatalogTool {
  return {
    descriptor,
    published: publishedName(descriptor.name),
    connections,
    configured: !descriptor.needsConnection || connections.length > 0,
    inputSchema: connections.length > 1 ? withConnection(descriptor.inputSchema, connections) : descriptor.inputSchema,
    parse,
  };
}

function withConnection(schema: JsonSchema, connections: readonly string[]): JsonSchema {
  const properties = (schema['properties'] ?? {}) as JsonSchema;
  const connection = {
    type: 'string',
    enum: [...connections],
    description: 'Which connection to use; the default one when absent.',
  };
  return { ...schema, properties: { ...properties, connection } };
}
