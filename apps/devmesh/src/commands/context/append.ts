import type { Command } from 'commander';
import { z } from 'zod';
import { cleanText } from '../../cli/clean-text.ts';
import { usageError } from '../../cli/cli-error.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';
import { readContent } from './read-fields.ts';

const Appended = z.looseObject({ context_id: z.string(), appended: z.number(), message_count: z.number() });

interface AppendOptions {
  role?: string;
  idempotencyKey?: string;
}

/** `devmesh context append <id> <content>` */
export function addContextAppend(noun: Command, io: Io): void {
  const command = noun
    .command('append')
    .description('Append messages to a context.')
    .argument('<id>', 'the context')
    .argument('<content>', 'a text, @file, or - for stdin; JSON messages are taken as such')
    .option('--role <role>', 'who says it: user, assistant, system, tool, … (else user)')
    .option('--idempotency-key <key>', 'the same key again appends nothing twice')
    .action(async (id: string, content: string, { role, idempotencyKey }: AppendOptions, self: Command) => {
      const { api, output, read } = await openSession(self, io);
      const body = withRole(await readContent(content, read), role);
      const answer = await api.request('POST', `/api/v1/contexts/${encodeURIComponent(id)}/messages`, {
        answers: Appended,
        body,
        idempotencyKey,
      });
      output.answer(answer, () =>
        cleanText(
          `Appended ${String(answer.appended)} to ${answer.context_id}; it has ${String(answer.message_count)} now.`,
        ),
      );
    });
  addExamples(command, [
    ["devmesh context append inc-42 'the pool was exhausted' --role assistant", 'one message'],
    ['devmesh context append inc-42 @messages.json', 'a list of {role, content}'],
    ['git log -1 | devmesh context append inc-42 -', 'from a pipe'],
  ]);
}

function withRole(content: unknown, role: string | undefined): unknown {
  if (typeof content === 'string') return { role: role ?? 'user', content };
  if (role === undefined) return content;
  throw usageError('These messages say themselves who speaks.', 'Leave --role out.');
}
