import {
  acceptedContent,
  inputRequired,
  type GetPromptResult,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './content-tools.ts';
import { elicit } from './input-required-tools.ts';
import { PNG } from './media.ts';

export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'One message' }, () =>
    saying('This is a simple prompt for testing.'),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'With arguments', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => saying(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
          },
        },
        { role: 'user', content: text('Please process the embedded resource above.') },
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With an image' }, () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
      { role: 'user', content: text('Please analyze the image above.') },
    ],
  }));
  // Without arguments a prompt is called with its context alone, which the overloads do not say.
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks before it answers' },
    (context: unknown) => askFirst(context as ServerContext),
  );
}

function askFirst({ mcpReq }: ServerContext): GetPromptResult | InputRequiredResult {
  const context = acceptedContent(mcpReq.inputResponses, 'user_context')?.['context'];
  if (typeof context === 'string') return saying(`Use the following context: ${context}`);
  return inputRequired({
    inputRequests: { user_context: elicit('What context should the prompt use?', 'context', 'string') },
  });
}

function saying(message: string): GetPromptResult {
  return { messages: [{ role: 'user', content: text(message) }] };
}
