import type { Command } from 'commander';
import { ConnectionForm } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';
import { connectionText } from './connection-text.ts';

/** `devmesh connection show <id>` */
export function addConnectionShow(noun: Command, io: Io): void {
  const command = noun
    .command('show')
    .description('Show one system: everything but its credential.')
    .argument('<id>', 'the id as `connection list` shows it')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      const connection = await api.request('GET', `/api/v1/connections/${encodeURIComponent(id)}`, {
        answers: ConnectionForm,
      });
      output.answer(connection, () => connectionText(connection));
    });
  addExamples(command, [['devmesh connection show conn_01k… -o json | jq .settings', 'its settings']]);
}
