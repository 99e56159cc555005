import type { Command } from 'commander';
import { Nothing } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';

/** `devmesh key revoke <id>` */
export function addKeyRevoke(noun: Command, io: Io): void {
  const command = noun
    .command('revoke')
    .description('Revoke an API key: it stops working within a second, for good.')
    .argument('<id>', 'the id of the key as `key list` shows it')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      await api.request('DELETE', `/api/v1/api-keys/${encodeURIComponent(id)}`, { answers: Nothing });
      output.answer({ id, revoked: true }, () => `${id} is revoked.`);
    });
  addExamples(command, [['devmesh key revoke key_01k…', 'its open streams are closed, too']]);
}
