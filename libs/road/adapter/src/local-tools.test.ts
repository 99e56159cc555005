import { expect, test } from '@jest/globals';
import { silentLogger, systemClock } from '@devmesh/runtime';
import { serveLocally } from './local-tools.ts';
import { board, listNotes, pinNote, type NotesClients } from './notes.fixtures.ts';
import type { ToolContext } from './tool-context.ts';

const local = serveLocally<NotesClients & ToolContext>({ memory: [listNotes], devmesh: [pinNote] }, silentLogger());
const context = () => ({
  notes: board(['a']),
  call: { id: 'call_1', principal: 'ada' },
  signal: new AbortController().signal,
  now: systemClock,
  connection: undefined,
  progress: () => undefined,
});

test('tools of our own are described by the system that policy sees, and need no connection', () => {
  expect(local.descriptors.map(({ name, system, needsConnection }) => [name, system, needsConnection])).toEqual([
    ['notes.list', 'memory', false],
    ['notes.pin', 'devmesh', false],
  ]);
});

test('they run and prepare without a bus', async () => {
  expect(await local.run('notes.list', {}, context())).toMatchObject({ ok: true, output: { data: { rows: [['a']] } } });
  expect(await local.prepare('notes.pin', { text: 'b' }, context())).toMatchObject({
    ok: true,
    prepared: { diff: '+ b' },
  });
});

test('an unknown one is an answer, not an exception', async () => {
  expect(await local.run('notes.burn', {}, context())).toMatchObject({ ok: false, error: { code: 'not_found' } });
});
