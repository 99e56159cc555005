import type { Command } from 'commander';
import { z } from 'zod';
import { cleanText } from '../../cli/clean-text.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';

const Cancelled = z.looseObject({ call_id: z.string(), state: z.string() });

/** `devmesh call cancel <id>` */
export function addCallCancel(noun: Command, io: Io): void {
  const command = noun
    .command('cancel')
    .description('Cancel a call that waits or runs. What runs ends a moment later.')
    .argument('<id>', 'the call, call_…')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      const answer = await api.request('POST', `/api/v1/calls/${encodeURIComponent(id)}/cancel`, {
        answers: Cancelled,
      });
      output.answer(answer, () => cleanText(`${answer.call_id} is ${answer.state}.`));
    });
  addExamples(command, [['devmesh call cancel call_01k…', 'before somebody approves it']]);
}
