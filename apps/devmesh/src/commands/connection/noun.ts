import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { addConnectionCreate } from './create.ts';
import { addConnectionDelete } from './delete.ts';
import { addConnectionList } from './list.ts';
import { addConnectionShow } from './show.ts';
import { addConnectionUpdate } from './update.ts';

export function addConnectionNoun(noun: Command, io: Io): void {
  noun.description('Systems that tools reach, with their credentials. A credential goes in and never comes out.');
  addConnectionCreate(noun, io);
  addConnectionList(noun, io);
  addConnectionShow(noun, io);
  addConnectionUpdate(noun, io);
  addConnectionDelete(noun, io);
  addExamples(noun, [
    ['devmesh connection create prometheus --name main --endpoint http://prometheus:9090', 'adds a Prometheus'],
    ['devmesh connection list --system prometheus', 'all of one system'],
    ['devmesh connection update conn_01k… --default', 'the one that is taken when a call names none'],
  ]);
}
