import type { Command } from 'commander';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { addCallCancel } from './cancel.ts';
import { addCallList } from './list.ts';
import { addCallShow } from './show.ts';
import { addCallUndo } from './undo.ts';
import { addCallVerify } from './verify.ts';
import { addCallWait } from './wait.ts';

export function addCallNoun(noun: Command, io: Io): void {
  noun.description('Look at calls that were made, wait for them, cancel them, take them back.');
  addCallList(noun, io);
  addCallShow(noun, io);
  addCallWait(noun, io);
  addCallCancel(noun, io);
  addCallUndo(noun, io);
  addCallVerify(noun, io);
  addExamples(noun, [
    ['devmesh call list --state awaiting_approval', 'what waits for a person'],
    ['devmesh call wait call_01k…', 'until it was decided and has run'],
    ['devmesh call undo call_01k…', 'takes it back'],
  ]);
}
