import { setTimeout as delay } from 'node:timers/promises';
import { fromJsonSchema, type CallToolResult, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { PNG, WAV } from './media.ts';

/** Results of every kind of content, and what happens on the way to one. */
export function addContentTools(server: McpServer): void {
  const plain = (name: string, description: string, ...content: CallToolResult['content']) => {
    server.registerTool(name, { description }, () => ({ content }));
  };
  plain('test_simple_text', 'One text', text('This is a simple text response for testing.'));
  plain('test_image_content', 'One image', { type: 'image', data: PNG, mimeType: 'image/png' });
  plain('test_audio_content', 'One sound', { type: 'audio', data: WAV, mimeType: 'audio/wav' });
  plain(
    'test_embedded_resource',
    'One resource',
    resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  );
  plain(
    'test_multiple_content_types',
    'Several kinds of content',
    text('Multiple content types test:'),
    { type: 'image', data: PNG, mimeType: 'image/png' },
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  );
  plain(
    'test_streaming_elicitation',
    'A stream without requests of the server',
    text('No request of its own stands on this stream.'),
  );
  server.registerTool('test_error_handling', { description: 'A failure' }, () => ({
    content: [text('This tool intentionally returns an error for testing')],
    isError: true,
  }));
  addTalkingTools(server);
  addSchemaTools(server);
}

function addTalkingTools(server: McpServer): void {
  const inputSchema = z.object({});
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Log messages on the way', inputSchema },
    async (_input, { mcpReq }) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
        await delay(50);
      }
      return { content: [text('Tool with logging executed successfully')] };
    },
  );
  server.registerTool(
    'test_logging_tool',
    { description: 'Logs only for those who asked', inputSchema },
    async (_input, { mcpReq }) => {
      await mcpReq.log('info', 'test_logging_tool ran');
      return { content: [text('Logged, for those who asked.')] };
    },
  );
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Progress on the way', inputSchema },
    async (_input, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100, message: `Completed step ${String(progress)} of 100` },
        });
        await delay(50);
      }
      return { content: [text(String(progressToken ?? 'no progress token'))] };
    },
  );
  server.registerTool(
    'test_reconnection',
    { description: 'Ends its stream before its answer', inputSchema },
    async (_input, { http }) => {
      http?.closeSSE?.();
      await delay(100);
      return { content: [text('Reconnection test completed successfully.')] };
    },
  );
}

const REGION = { type: 'string', 'x-mcp-header': 'Region' } as const;

function addSchemaTools(server: McpServer): void {
  const mirrored = fromJsonSchema<{ region?: string }>({
    type: 'object',
    properties: { region: REGION, level: { type: 'integer' } },
  });
  server.registerTool(
    'test_x_mcp_header',
    { description: 'An argument that stands in a header too', inputSchema: mirrored },
    ({ region }) => ({ content: [text(`region=${region ?? 'none'}`)] }),
  );
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'JSON Schema 2020-12, word for word', inputSchema: fromJsonSchema(SCHEMA_2020_12) },
    (input) => ({ content: [text(JSON.stringify(input))] }),
  );
}

const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
} as const;

export function text(value: string): { type: 'text'; text: string } {
  return { type: 'text', text: value };
}

function resource(uri: string, mimeType: string, value: string): CallToolResult['content'][number] {
  return { type: 'resource', resource: { uri, mimeType, text: value } };
}
