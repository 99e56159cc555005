import type { Command } from 'commander';
import { Nothing } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';

/** `devmesh context delete <id>` */
export function addContextDelete(noun: Command, io: Io): void {
  const command = noun
    .command('delete')
    .description('Delete a context with everything in it. Nobody asks again.')
    .argument('<id>', 'the context')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      await api.request('DELETE', `/api/v1/contexts/${encodeURIComponent(id)}`, { answers: Nothing });
      output.answer({ id, deleted: true }, () => `${id} is deleted.`);
    });
  addExamples(command, [['devmesh context delete conv-42', 'with its messages and what was found by them']]);
}
