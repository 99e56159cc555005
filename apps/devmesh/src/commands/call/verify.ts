import { CallReply } from '@devmesh/contracts';
import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import { finishCall } from '../../cli/finish-call.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';

/** `devmesh call verify <id>` */
export function addCallVerify(noun: Command, io: Io): void {
  const command = noun
    .command('verify')
    .description(
      'Settle a call whose outcome nobody knows, by reading the system. Exits 1 when it did not take effect.',
    )
    .argument('<id>', 'the call, call_…')
    .action(async (id: string, _options: unknown, self: Command) => {
      const session = await openSession(self, io);
      finishCall(
        await session.api.request('POST', `/api/v1/calls/${encodeURIComponent(id)}/verify`, { answers: CallReply }),
        session,
      );
    });
  addExamples(command, [['devmesh call verify call_01k…', 'did it happen, or may it be called again?']]);
}
