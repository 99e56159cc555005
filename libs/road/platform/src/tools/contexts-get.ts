import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import type { Memory } from '@devmesh/memory';
import { z } from 'zod';
import { ContextFacts, factsOf } from '../context-facts.ts';

const USUAL_TOKENS = 2000;

/** Reads a memory: the newest messages, or what fits a question. */
export function contextsGet(memory: Pick<Memory, 'get'>) {
  return defineTool({
    name: 'contexts_get',
    title: 'Read a context',
    description:
      'Read a context: its newest messages, or with relevant_to the pieces that fit a question, within max_tokens.',
    effect: 'read',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({
      id: z.string().min(1).max(255),
      relevant_to: z.string().max(10_000).optional(),
      max_tokens: z.int().min(1).max(15_000).default(USUAL_TOKENS).describe('Counted as characters / 4.'),
    }),
    output: ContextFacts.extend({
      messages: z.array(z.looseObject({})),
      pieces: z.array(z.looseObject({ text: z.string() })),
    }),
    examples: [
      { input: { id: 'incident-42', relevant_to: 'what fixed the latency?' }, gives: 'the pieces that say it' },
    ],

    async run({ id, relevant_to, max_tokens }, { viewer }: OwnToolContext) {
      const context = await memory.get(viewer, id, {
        include_content: relevant_to === undefined,
        max_tokens,
        ...(relevant_to !== undefined && { relevant_to }),
      });
      const messages = (context.content ?? []).map((message) => ({ ...message }));
      const pieces = (context.relevant ?? []).map((piece) => ({ ...piece }));
      const text =
        pieces.length > 0 ? pieces.map((piece) => piece.text).join('\n---\n') : messages.map(line).join('\n');
      return {
        data: { ...factsOf(context), messages, pieces },
        summary: `Context ${id}: ${String(context.message_count)} messages, version ${String(context.version)}${context.content_truncated === true ? '; the newest that fit are shown' : ''}.`,
        text,
        page: { returned: messages.length + pieces.length, truncated: context.content_truncated === true },
        hints: context.notes ?? [],
      };
    },
  });
}

function line(message: Record<string, unknown>): string {
  const content = message['content'];
  return `${String(message['role'] ?? 'note')}: ${typeof content === 'string' ? content : JSON.stringify(content)}`;
}
