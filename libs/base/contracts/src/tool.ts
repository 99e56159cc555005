import { z } from 'zod';

export const Effect = z.enum(['read', 'write', 'destroy']);
export type Effect = z.infer<typeof Effect>;

/** A JSON Schema (2020-12) as it travels; each reader compiles it itself. */
export const JsonSchema = z.record(z.string(), z.unknown());
export type JsonSchema = z.infer<typeof JsonSchema>;

export const ToolExample = z.object({
  title: z.string().optional(),
  input: z.record(z.string(), z.unknown()),
  gives: z.string().optional(),
});
export type ToolExample = z.infer<typeof ToolExample>;

/** Everything a door needs to know about one tool; derived from the tool's one file, announced over the bus. */
export const ToolDescriptor = z.object({
  /** `system.verb_noun`; published over MCP with `_` for `.`. */
  name: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/),
  system: z.string(),
  title: z.string(),
  description: z.string(),
  effect: Effect,
  approval: z.enum(['always']).optional(),
  idempotent: z.boolean().default(false),
  openWorld: z.boolean().default(true),
  timeoutMs: z.int(),
  inputSchema: JsonSchema,
  outputSchema: JsonSchema,
  examples: z.array(ToolExample).default([]),
  /** JSON pointers into the input: where policy finds what the call touches. */
  targets: z.record(z.string(), z.string()).default({}),
  prepares: z.boolean().default(false),
  undoes: z.boolean().default(false),
  verifies: z.boolean().default(false),
  /** Whether a call needs a connection of its system; DevMesh's own tools need none. */
  needsConnection: z.boolean().default(true),
  schemaHash: z.string(),
});
export type ToolDescriptor = z.infer<typeof ToolDescriptor>;

/** `prometheus.query` → `prometheus_query`: model APIs allow only `[A-Za-z0-9_-]{1,64}`. */
export function publishedName(name: string): string {
  return name.replaceAll('.', '_');
}
