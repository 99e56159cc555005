import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { addKeyCreate } from './create.ts';
import { addKeyList } from './list.ts';
import { addKeyRevoke } from './revoke.ts';

export function addKeyNoun(noun: Command, io: Io): void {
  noun.description('Make, list and revoke API keys. Nobody grants more than they hold.');
  addKeyCreate(noun, io);
  addKeyList(noun, io);
  addKeyRevoke(noun, io);
  addExamples(noun, [
    ['devmesh key create --name ci > ci.key', 'read and memory:write, toolset observe, 90 days'],
    ['devmesh key list', 'which keys there are; never the keys themselves'],
    ['devmesh key revoke key_01k…', 'stops working within a second'],
  ]);
}
