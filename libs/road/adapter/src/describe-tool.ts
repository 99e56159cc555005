import { createHash } from 'node:crypto';
import type { JsonSchema, ToolDescriptor } from '@devmesh/contracts';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import type { Tool } from './define-tool.ts';

/** Derives what a door needs to know from the tool's one object. `needsConnection` is false for DevMesh's own tools. */
export function describeTool(tool: Tool, system: string, needsConnection: boolean): ToolDescriptor {
  // `io: input`: by default a field with a default would come out as required.
  const inputSchema = schemaOf(tool.input, 'input');
  const outputSchema = schemaOf(tool.output, 'output');
  return {
    name: tool.name,
    system,
    title: tool.title,
    description: tool.description,
    effect: tool.effect,
    ...(tool.approval && { approval: tool.approval }),
    idempotent: tool.idempotent ?? tool.effect === 'read',
    openWorld: tool.openWorld ?? true,
    timeoutMs: tool.timeoutMs,
    inputSchema,
    outputSchema,
    examples: tool.examples ?? [],
    targets: tool.targets ?? {},
    prepares: tool.prepare !== undefined || tool.verify !== undefined,
    undoes: tool.undo !== undefined,
    verifies: tool.verify !== undefined,
    needsConnection,
    schemaHash: hashOf({ inputSchema, effect: tool.effect, approval: tool.approval }),
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 22);
}
