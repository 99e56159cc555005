import { describeAdapter } from './conformance.ts';
import { board, BoardError, notesAdapter } from './notes.fixtures.ts';

describeAdapter(notesAdapter, {
  context: () => ({ notes: board(['buy milk']) }),
  flooded: () => ({ notes: board(Array.from({ length: 10_000 }, (_, index) => `buy milk ${String(index)}`)) }),
  connection: { settings: { board: 'office' }, credential: { pin: 'a secret of the board' } },
  environment: { config: { NOTES_PIN: '31415926' }, secrets: ['31415926', 'hunter22'] },
  failures: [
    { name: 'is full', thrown: () => new BoardError('full'), code: 'conflict' },
    { name: 'does not answer', thrown: () => new BoardError('lost'), code: 'upstream_failed', outcomeUnknown: true },
  ],
  reasons: {
    'notes.unpin': {
      prepare: 'the board shows nothing but the note itself',
      verify: 'that a note is gone can only be read as nothing',
      undo: 'who took it down has the note in their hand',
    },
  },
});
