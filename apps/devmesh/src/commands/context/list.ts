import type { Command } from 'commander';
import { ContextForm, pageOf } from '../../cli/answers.ts';
import { pairsToObject } from '../../cli/arguments.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { several, timeOf } from '../../cli/option-values.ts';
import { withPages, type PageOptions } from '../../cli/page-options.ts';
import { cell } from '../../cli/render-data.ts';
import { openSession } from '../../cli/session.ts';
import { table, type Column } from '../../cli/table.ts';

interface ListOptions extends PageOptions {
  user?: string;
  agent?: string;
  session?: string;
  metadata?: string[];
  updatedAfter?: string;
}

const COLUMNS: readonly Column<ContextForm>[] = [
  ['ID', ({ id }) => id],
  ['MESSAGES', ({ message_count: count }) => count],
  ['UPDATED', ({ updated_at: at }) => at],
  ['USER', ({ user_id: user }) => user],
  ['NAME', ({ name }) => name],
];

/** `devmesh context list` */
export function addContextList(noun: Command, io: Io): void {
  const command = withPages(noun.command('list').description('List contexts, newest first, without their messages.'))
    .option('--user <user_id>', 'only of this user')
    .option('--agent <agent_id>', 'only of this agent')
    .option('--session <session_id>', 'only of this session')
    .option('--metadata <key=value>', 'only where the metadata says so; may be given several times', several)
    .option('--updated-after <time>', 'a time, or how long ago: 2h', timeOf(io.clock))
    .action(async (options: ListOptions, self: Command) => {
      const { api, output } = await openSession(self, io);
      const page = await api.request('GET', '/api/v1/contexts', {
        answers: pageOf(ContextForm),
        query: queryOf(options),
      });
      output.page(page, (screen) => table(page.data, COLUMNS, screen));
    });
  addExamples(command, [
    ['devmesh context list --metadata type=incident', 'by metadata'],
    ['devmesh context list --updated-after 1d -o jsonl', 'of the last day, one a line'],
  ]);
}

function queryOf({ limit, cursor, user, agent, session, updatedAfter, metadata = [] }: ListOptions) {
  const wanted = Object.entries(pairsToObject(metadata)).map(([name, value]) => [`metadata.${name}`, cell(value)]);
  return {
    limit,
    cursor,
    user_id: user,
    agent_id: agent,
    session_id: session,
    updated_after: updatedAfter,
    ...Object.fromEntries(wanted),
  };
}
