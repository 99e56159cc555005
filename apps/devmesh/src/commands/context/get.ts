import type { Command } from 'commander';
import { z } from 'zod';
import { ContextForm } from '../../cli/answers.ts';
import { cleanText } from '../../cli/clean-text.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { positiveInteger } from '../../cli/option-values.ts';
import { cell, together } from '../../cli/render-data.ts';
import { openSession } from '../../cli/session.ts';
import { contextText } from './context-text.ts';

const Message = z.looseObject({ role: z.string().optional(), content: z.unknown() });
const Read = ContextForm.extend({ content: z.array(z.unknown()).optional() });

interface GetOptions {
  messages?: boolean;
  relevantTo?: string;
  maxTokens?: number;
}

/** `devmesh context get <id>` */
export function addContextGet(noun: Command, io: Io): void {
  const command = noun
    .command('get')
    .description('Read a context: its metadata, and with --messages all that was said.')
    .argument('<id>', 'the context')
    .option('--messages', 'with all messages in order')
    .option('--relevant-to <question>', 'with the pieces that fit this question best')
    .option('--max-tokens <count>', 'budget for these pieces', positiveInteger)
    .action(async (id: string, { messages, relevantTo, maxTokens }: GetOptions, self: Command) => {
      const { api, output } = await openSession(self, io);
      const query = { include_content: messages, relevant_to: relevantTo, max_tokens: maxTokens };
      const context = await api.request('GET', `/api/v1/contexts/${encodeURIComponent(id)}`, { answers: Read, query });
      output.answer(context, () => together([contextText(context), ...(context.content ?? []).map(messageText)]));
    });
  addExamples(command, [
    ['devmesh context get conv-42 --messages', 'the whole conversation'],
    ["devmesh context get conv-42 --relevant-to 'why did it fail' --max-tokens 2000", 'what matters for a question'],
  ]);
}

function messageText(message: unknown): string {
  const parsed = Message.safeParse(message);
  if (!parsed.success) return cleanText(cell(message));
  const { role, content, text } = parsed.data;
  return `${role === undefined ? '' : `${cleanText(role)}: `}${cleanText(cell(content ?? text ?? message))}`;
}
