import type { CatalogTool } from '@devmesh/gateway';

/** A tool as REST lists it. Both spellings of the schema's name are kept: clients of the predecessors read either. */
export function toolForm({ descriptor, published, inputSchema }: CatalogTool) {
  return {
    name: published,
    qualified_name: descriptor.name,
    title: descriptor.title,
    description: descriptor.description,
    input_schema: inputSchema,
    inputSchema,
    examples: descriptor.examples,
    effect: descriptor.effect,
    system: descriptor.system,
    requires_approval: descriptor.approval === 'always' || descriptor.effect === 'destroy',
  };
}

/** As OpenAI's function calling takes it. */
export function openaiForm({ descriptor, published, inputSchema }: CatalogTool) {
  return {
    type: 'function' as const,
    function: { name: published, description: descriptor.description, parameters: inputSchema },
  };
}

/** As Anthropic's tool use takes it. */
export function anthropicForm({ descriptor, published, inputSchema }: CatalogTool) {
  return { name: published, description: descriptor.description, input_schema: inputSchema };
}
