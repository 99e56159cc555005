import { CallState } from '@devmesh/contracts';
import { Option, type Command } from 'commander';
import { CallForm, pageOf } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { timeOf } from '../../cli/option-values.ts';
import { withPages, type PageOptions } from '../../cli/page-options.ts';
import { openSession } from '../../cli/session.ts';
import { table, type Column } from '../../cli/table.ts';

interface ListOptions extends PageOptions {
  tool?: string;
  state?: string;
  from?: string;
  to?: string;
}

const COLUMNS: readonly Column<CallForm>[] = [
  ['ID', ({ id }) => id],
  ['STATE', ({ state }) => state],
  ['TOOL', ({ tool }) => tool],
  ['WHEN', ({ created_at: at }) => at],
  ['MS', ({ duration_ms: ms }) => (ms === null ? '' : Math.round(ms))],
  ['BY', ({ requester }) => requester],
];

/** `devmesh call list` */
export function addCallList(noun: Command, io: Io): void {
  const command = withPages(
    noun.command('list').description('List calls, newest first. A read appears within a second.'),
  )
    .option('--tool <name>', 'only calls of this tool, written with a dot: prometheus.query')
    .addOption(new Option('--state <state>', 'only calls in this state').choices(CallState.options))
    .option('--from <time>', 'since then: 2026-05-01T08:00:00Z, or how long ago: 2h', timeOf(io.clock))
    .option('--to <time>', 'before then', timeOf(io.clock))
    .action(async (options: ListOptions, self: Command) => {
      const { api, output } = await openSession(self, io);
      const { limit, cursor, tool, state, from, to } = options;
      const page = await api.request('GET', '/api/v1/calls', {
        answers: pageOf(CallForm),
        query: { limit, cursor, tool, state, from, to },
      });
      output.page(page, (screen) => table(page.data, COLUMNS, screen));
    });
  addExamples(command, [
    ['devmesh call list --from 1h', 'of the last hour'],
    ['devmesh call list --state outcome_unknown -o jsonl', 'one JSON object a line'],
  ]);
}
