import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import { finishCall } from '../../cli/finish-call.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';
import { waitForCall } from '../../cli/wait-for-call.ts';

/** `devmesh call wait <id>` */
export function addCallWait(noun: Command, io: Io): void {
  const command = noun
    .command('wait')
    .description(
      'Wait until a call has ended, or until --timeout. Exits as `tool call` does: 1 failed, 8 still waiting for a person.',
    )
    .argument('<id>', 'the call, call_…')
    .action(async (id: string, _options: unknown, self: Command) => {
      const session = await openSession(self, io);
      finishCall(await waitForCall(id, session), session);
    });
  addExamples(command, [['devmesh call wait call_01k… --timeout 600', 'at most ten minutes']]);
}
