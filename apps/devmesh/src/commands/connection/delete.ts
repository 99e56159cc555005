import type { Command } from 'commander';
import { Nothing } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';

/** `devmesh connection delete <id>` */
export function addConnectionDelete(noun: Command, io: Io): void {
  const command = noun
    .command('delete')
    .description('Remove a system and its credential. Nobody asks again. Needs the scope admin.')
    .argument('<id>', 'the id as `connection list` shows it')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      await api.request('DELETE', `/api/v1/connections/${encodeURIComponent(id)}`, { answers: Nothing });
      output.answer({ id, deleted: true }, () => `${id} is deleted.`);
    });
  addExamples(command, [['devmesh connection delete conn_01k…', 'its tools disappear with the last connection']]);
}
