import type { JsonSchema } from '@devmesh/contracts';
import type { CatalogTool } from '@devmesh/gateway';
import type { Tool } from '@modelcontextprotocol/server';

/** A tool as clients see it. */
export function toolDefinition({ descriptor, published, inputSchema }: CatalogTool): Tool {
  const { title, description, effect, idempotent, openWorld, outputSchema } = descriptor;
  return {
    name: published,
    title,
    description,
    inputSchema: asObject(inputSchema),
    outputSchema: asObject(replySchema(outputSchema)),
    annotations: {
      title,
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'destroy',
      idempotentHint: idempotent,
      openWorldHint: openWorld,
    },
  };
}

const TEXT = { type: 'string' };
const TEXTS = { type: 'array', items: TEXT };
const NOTHING = { type: 'object', maxProperties: 0 };

// Short on purpose: it stands on every tool of the list. What a client checks is the shape of `data`.
const REPLY = {
  success: { type: 'boolean' },
  status: TEXT,
  call_id: TEXT,
  summary: TEXT,
  page: { type: 'object' },
  scope: { type: 'object' },
  hints: TEXTS,
  evidence_ids: TEXTS,
  sources: { type: 'object' },
  error: { type: 'object' },
  approval_id: TEXT,
  approval_url: TEXT,
  duration_ms: { type: 'number' },
};

/**
 * What `structuredContent` is: the reply that every door gives, with `data` as the tool's own schema says, or empty where
 * there is none yet (a call that waits for a person, an answer that became evidence).
 */
export function replySchema(outputSchema: JsonSchema): JsonSchema {
  // `#/$defs/…` is counted from the root of the whole schema, so the definitions move there.
  const { $defs, $schema: _dialect, ...data } = outputSchema;
  return {
    type: 'object',
    properties: { ...REPLY, data: { anyOf: [data, NOTHING] } },
    required: ['success', 'status', 'call_id', 'data', 'summary', 'duration_ms'],
    ...($defs !== undefined && { $defs }),
  };
}

function asObject(schema: JsonSchema): Tool['inputSchema'] {
  return { ...schema, type: 'object' };
}
