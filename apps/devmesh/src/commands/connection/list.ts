import type { Command } from 'commander';
import { ConnectionForm, pageOf } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';
import { table, type Column } from '../../cli/table.ts';

const COLUMNS: readonly Column<ConnectionForm>[] = [
  ['ID', ({ id }) => id],
  ['SYSTEM', ({ system }) => system],
  ['NAME', ({ name }) => name],
  ['DEFAULT', ({ is_default: isDefault }) => (isDefault ? 'yes' : '')],
  ['ENVIRONMENT', ({ environment }) => environment],
  ['ORIGIN', ({ origin }) => origin],
  ['ENDPOINT', ({ endpoint }) => endpoint],
];

/** `devmesh connection list` */
export function addConnectionList(noun: Command, io: Io): void {
  const command = noun
    .command('list')
    .description('List systems, also those that adapters have from their own environment.')
    .option('--system <system>', 'only of this system')
    .action(async ({ system }: { system?: string }, self: Command) => {
      const { api, output } = await openSession(self, io);
      const page = await api.request('GET', '/api/v1/connections', {
        answers: pageOf(ConnectionForm),
        query: { system },
      });
      output.page(page, (screen) => table(page.data, COLUMNS, screen));
    });
  addExamples(command, [['devmesh connection list --system prometheus', 'all of one system']]);
}
