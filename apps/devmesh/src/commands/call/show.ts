import { CallReply } from '@devmesh/contracts';
import type { Command } from 'commander';
import type { z } from 'zod';
import { CallForm } from '../../cli/answers.ts';
import { cleanText } from '../../cli/clean-text.ts';
import { addExamples } from '../../cli/examples.ts';
import { callText } from '../../cli/finish-call.ts';
import type { Io, Screen } from '../../cli/io.ts';
import { together } from '../../cli/render-data.ts';
import { openSession } from '../../cli/session.ts';
import { fields } from '../../cli/table.ts';

const Shown = CallReply.extend({ call: CallForm });

/** `devmesh call show <id>` */
export function addCallShow(noun: Command, io: Io): void {
  const command = noun
    .command('show')
    .description('Show a call: what was asked, by whom, in which state it is, what came of it.')
    .argument('<id>', 'the call, call_…')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      const shown = await api.request('GET', `/api/v1/calls/${encodeURIComponent(id)}`, { answers: Shown });
      output.answer(shown, (screen) => shownText(shown, screen));
    });
  addExamples(command, [['devmesh call show call_01k… -o json | jq .data', 'its result alone']]);
}

function shownText({ call, ...reply }: z.infer<typeof Shown>, screen: Screen): string {
  const facts = fields([
    ['call', call.id],
    ['tool', call.tool],
    ['state', call.state],
    ['by', call.requester],
    ['connection', call.connection],
    ['made', call.created_at],
    ['took', call.duration_ms === null ? undefined : `${String(Math.round(call.duration_ms))} ms`],
    ['undo of', call.undo_of],
    ['can be undone', call.can_undo ? `devmesh call undo ${call.id}` : undefined],
    ['approve at', reply.approval_url],
    ['arguments', JSON.stringify(call.input)],
  ]);
  return together([facts, reply.success ? callText(reply, screen) : failureText(reply)]);
}

function failureText({ error, summary }: CallReply): string {
  if (!error) return cleanText(summary);
  return cleanText(
    `${error.code}: ${error.message}${error.suggestion === undefined ? '' : `\n  Next: ${error.suggestion}`}`,
  );
}
