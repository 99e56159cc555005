import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { addToolCall } from './call.ts';
import { addToolDescribe } from './describe.ts';
import { addToolList } from './list.ts';

export function addToolNoun(noun: Command, io: Io): void {
  noun.description(
    'Find tools and call them. Both spellings of a name are taken: prometheus.query and prometheus_query.',
  );
  addToolList(noun, io);
  addToolDescribe(noun, io);
  addToolCall(noun, io);
  addExamples(noun, [
    ['devmesh tool list', 'what this key may call'],
    ['devmesh tool describe prometheus_query', 'its arguments, with examples'],
    ["devmesh tool call prometheus_query query='up'", 'calls it'],
  ]);
}
