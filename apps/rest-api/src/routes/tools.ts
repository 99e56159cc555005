import type { Road } from '@devmesh/assembly';
import { CallReply } from '@devmesh/contracts';
import { defineRoute, reply, type Route } from '@devmesh/http';
import { z } from 'zod';
import { callAnswer } from '../call-answer.ts';
import { anthropicForm, openaiForm, toolForm } from '../tool-forms.ts';

/** Tools over REST: the same road as over MCP. */
export function toolRoutes({ gateway }: Pick<Road, 'gateway'>): Route[] {
  return [
    defineRoute({
      name: 'tools.list',
      method: 'GET',
      path: '/api/v1/tools',
      summary: 'List the tools that this key may call',
      tag: 'tools',
      access: 'key',
      query: z.object({
        format: z
          .enum(['list', 'openai', 'anthropic'])
          .optional()
          .describe('The bare list, or the form that a model API takes.'),
        all: z.stringbool().default(false).describe('With tools whose system has no connection yet.'),
        toolset: z.string().max(500).default('').describe('Narrows the list: toolsets and systems, comma-separated.'),
      }),
      responses: {
        200: z.union([
          z.object({ tools: z.array(z.record(z.string(), z.unknown())) }),
          z.array(z.record(z.string(), z.unknown())),
        ]),
      },
      async handler({ principal, query }) {
        gateway.catalog.assertToolsets(query.toolset);
        const tools = await gateway.catalog.list(principal, { narrowing: query.toolset, all: query.all });
        if (query.format === 'openai') return reply({ tools: tools.map(openaiForm) });
        if (query.format === 'anthropic') return reply({ tools: tools.map(anthropicForm) });
        return reply(query.format === 'list' ? tools.map(toolForm) : { tools: tools.map(toolForm) });
      },
    }),
    defineRoute({
      name: 'tools.execute',
      method: 'POST',
      path: '/api/v1/tools/:name/execute',
      summary: 'Call a tool',
      description: 'A tool that ran or refused answers 200 with `success`; one that waits for a person answers 202.',
      tag: 'tools',
      access: 'key',
      idempotent: 'handler',
      params: z.object({ name: z.string().min(1).max(200) }),
      body: z.strictObject({
        parameters: z.record(z.string(), z.unknown()).default({}),
        connection: z.string().max(200).optional().describe('Which connection; the default one when absent.'),
        reason: z.string().max(500).optional().describe('Why: shown to whoever approves.'),
        max_bytes: z.int().min(1024).max(65_536).optional(),
        timeout_ms: z.int().min(1).max(300_000).optional(),
      }),
      responses: { 200: CallReply, 202: CallReply },
      async handler({ principal, params, body, requestId, signal, idempotencyKey }) {
        const { reply: answer } = await gateway.callTool(principal, params.name, body.parameters, {
          door: 'rest',
          connection: body.connection,
          reason: body.reason,
          maxBytes: body.max_bytes,
          timeoutMs: body.timeout_ms,
          idempotencyKey,
          requestId,
          signal,
        });
        return callAnswer(answer);
      },
    }),
  ];
}
