import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { addSearch } from '../search.ts';
import { addContextAppend } from './append.ts';
import { addContextCreate } from './create.ts';
import { addContextDelete } from './delete.ts';
import { addContextGet } from './get.ts';
import { addContextList } from './list.ts';

export function addContextNoun(noun: Command, io: Io): void {
  noun.description('Keep what was said and learnt, and find it again.');
  addContextCreate(noun, io);
  addContextGet(noun, io);
  addContextList(noun, io);
  addContextAppend(noun, io);
  addContextDelete(noun, io);
  addSearch(noun.command('search'), io);
  addExamples(noun, [
    ["devmesh context create --id inc-42 --name 'Checkout down' --metadata type=incident", 'an id of your own'],
    ["devmesh context append inc-42 'the pool was exhausted' --role assistant", 'one message more'],
    ['devmesh context search pool exhausted', 'finds it again'],
  ]);
}
