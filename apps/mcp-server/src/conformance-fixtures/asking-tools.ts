import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './content-tools.ts';

/** Tools that ask their client while they run, as revisions before 2026-07-28 do. */
export function addAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model of the client', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const params = { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 };
      const { content } = await mcpReq.send({ method: 'sampling/createMessage', params });
      return { content: [text(`LLM response: ${JSON.stringify(content)}`)] };
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person at the client', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) => {
      const requestedSchema = {
        type: 'object',
        properties: { response: { type: 'string', description: "User's response" } },
        required: ['response'],
      };
      const { action, content } = await mcpReq.send({
        method: 'elicitation/create',
        params: { message, requestedSchema },
      });
      return { content: [text(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`)] };
    },
  );
  addForm(server, 'test_elicitation_sep1034_defaults', 'A form with defaults', DEFAULTS);
  addForm(server, 'test_elicitation_sep1330_enums', 'A form with every kind of choice', CHOICES);
}

function addForm(server: McpServer, name: string, message: string, properties: Record<string, object>): void {
  server.registerTool(name, { description: message, inputSchema: z.object({}) }, async (_input, { mcpReq }) => {
    const params = { message, requestedSchema: { type: 'object', properties, required: [] } };
    const { action, content } = await mcpReq.send({ method: 'elicitation/create', params });
    return { content: [text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`)] };
  });
}

const DEFAULTS = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};

const titled = (prefix: string, title: string) =>
  ['First', 'Second', 'Third'].map((place, index) => ({
    const: `${prefix}${String(index + 1)}`,
    title: `${place} ${title}`,
  }));

const CHOICES = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string', oneOf: titled('value', 'Option') },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: {
    type: 'array',
    minItems: 1,
    maxItems: 3,
    items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  },
  titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled('value', 'Choice') } },
};
