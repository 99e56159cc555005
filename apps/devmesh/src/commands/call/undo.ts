import { CallReply } from '@devmesh/contracts';
import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import { finishCall } from '../../cli/finish-call.ts';
import type { Io } from '../../cli/io.ts';
import { openSession } from '../../cli/session.ts';
import { waitIfWanted } from '../../cli/wait-for-call.ts';

interface UndoOptions {
  idempotencyKey?: string;
  wait?: boolean;
}

/** `devmesh call undo <id>` */
export function addCallUndo(noun: Command, io: Io): void {
  const command = noun
    .command('undo')
    .description('Take a call back by its stored way back. That is a call of its own, under the same rules.')
    .argument('<id>', 'the call to take back, call_…')
    .option('--idempotency-key <key>', 'the same key again gives the same answer and does nothing twice')
    .option('--wait', "wait for a person's decision and the outcome")
    .action(async (id: string, { wait, idempotencyKey }: UndoOptions, self: Command) => {
      const session = await openSession(self, io);
      const reply = await session.api.request('POST', `/api/v1/calls/${encodeURIComponent(id)}/undo`, {
        answers: CallReply,
        idempotencyKey,
      });
      finishCall(await waitIfWanted(reply, wait, session), session);
    });
  addExamples(command, [['devmesh call undo call_01k… --wait', 'waits where a person has to approve']]);
}
