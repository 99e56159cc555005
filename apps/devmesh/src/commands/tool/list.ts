import type { Command } from 'commander';
import { z } from 'zod';
import { ToolForm } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { listed } from '../../cli/option-values.ts';
import { openSession } from '../../cli/session.ts';
import { table, type Column } from '../../cli/table.ts';

const Tools = z.looseObject({ tools: z.array(ToolForm) });

interface ListOptions {
  all?: boolean;
  toolset?: string[];
}

const COLUMNS: readonly Column<ToolForm>[] = [
  ['NAME', ({ name }) => name],
  ['EFFECT', ({ effect }) => effect],
  ['APPROVAL', ({ requires_approval: needed }) => (needed ? 'a person' : '')],
  ['TITLE', ({ title }) => title],
];

/** `devmesh tool list` */
export function addToolList(noun: Command, io: Io): void {
  const command = noun
    .command('list')
    .description('List the tools that this key may call.')
    .option('--all', 'with tools whose system has no connection yet')
    .option('--toolset <names>', 'only these toolsets or systems, comma-separated', listed)
    .action(async ({ all, toolset }: ListOptions, self: Command) => {
      const { api, output } = await openSession(self, io);
      const found = await api.request('GET', '/api/v1/tools', {
        answers: Tools,
        query: { all, toolset: toolset?.join(',') },
      });
      if (output.format === 'json') output.answer(found, () => '');
      else
        output.page({ data: found.tools, has_more: false, next_cursor: null }, (screen) =>
          table(found.tools, COLUMNS, screen),
        );
      if (found.tools.length === 0)
        output.note('No tool: add a system with `devmesh connection create`, or look at all of them with --all.');
    });
  addExamples(command, [
    ['devmesh tool list --toolset prometheus', 'of one system'],
    ['devmesh tool list -o jsonl | jq -r .name', 'names alone'],
  ]);
}
