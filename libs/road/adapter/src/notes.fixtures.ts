import { AppError } from '@devmesh/contracts';
import { z } from 'zod';
import { defineAdapter } from './define-adapter.ts';
import { defineTool } from './define-tool.ts';
import { outcomeUnknown } from './outcome-unknown.ts';
import type { ToolContext } from './tool-context.ts';

/** The smallest whole adapter: a board of notes. */
export interface NotesClients {
  notes: {
    list(options: { signal: AbortSignal }): Promise<string[]>;
    pin(text: string, options: { signal: AbortSignal }): Promise<void>;
    unpin(text: string, options: { signal: AbortSignal }): Promise<void>;
  };
}

type NotesContext = NotesClients & ToolContext;

/** What the board throws. */
export class BoardError extends Error {
  readonly kind: 'full' | 'lost';
  constructor(kind: BoardError['kind']) {
    super(`the board is ${kind}`);
    this.kind = kind;
  }
}

export const listNotes = defineTool({
  name: 'notes.list',
  title: 'List notes',
  description: 'List the notes on the board.',
  effect: 'read',
  timeoutMs: 5_000,
  input: z.strictObject({
    containing: z.string().optional().describe('Only notes with this text.'),
    limit: z.int().min(1).default(10).describe('Notes to return.'),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  examples: [{ input: { containing: 'milk' }, gives: 'what is to be bought' }],

  async run({ containing = '', limit }, { notes, signal, progress }: NotesContext) {
    progress(0, 1, 'reading the board');
    const all = (await notes.list({ signal })).filter((note) => note.includes(containing));
    const rows = all.slice(0, limit).map((note) => [note]);
    return {
      data: { columns: ['note'], rows },
      summary: `${String(all.length)} notes.`,
      page: { returned: rows.length, total: all.length, truncated: rows.length < all.length },
    };
  },
});

const input = z.strictObject({ text: z.string().min(1).describe('What it says.') });
const output = z.object({ text: z.string() });
const verify = ({ text }: { text: string }) => ({ tool: 'notes.list', input: { containing: text } });

export const pinNote = defineTool({
  name: 'notes.pin',
  title: 'Pin a note',
  description: 'Pin a note to the board.',
  effect: 'write',
  timeoutMs: 5_000,
  input,
  output,
  targets: { name: '/text' },
  examples: [{ input: { text: 'buy milk' }, gives: 'the note' }],
  prepare: async ({ text }, { notes, signal }: NotesContext) => {
    const count = (await notes.list({ signal })).length;
    return { diff: `+ ${text}`, observed: { count }, blast: { notes: 1 }, reversible: true };
  },
  run: async ({ text }, { notes, signal }: NotesContext) => {
    await notes.pin(text, { signal });
    return { data: { text }, summary: `Pinned "${text}".` };
  },
  undo: (_input, _prepared, { text }) => ({ tool: 'notes.unpin', input: { text } }),
  verify,
});

export const unpinNote = defineTool({
  name: 'notes.unpin',
  title: 'Take a note down',
  description: 'Take a note down from the board.',
  effect: 'destroy',
  timeoutMs: 5_000,
  input,
  output,
  examples: [{ input: { text: 'buy milk' }, gives: 'the note' }],
  run: async ({ text }, { notes, signal }: NotesContext) => {
    await notes.unpin(text, { signal });
    return { data: { text }, summary: `Took "${text}" down.` };
  },
});

export const notesAdapter = defineAdapter({
  name: 'notes',
  title: 'Notes',
  settings: z.strictObject({ board: z.string().default('kitchen') }),
  credential: z.strictObject({ pin: z.string() }),
  config: z.object({ NOTES_PIN: z.string().optional() }),
  environmentConnections: ({ NOTES_PIN }) =>
    NOTES_PIN === undefined
      ? []
      : [
          {
            name: 'default',
            environment: 'home',
            endpoint: 'http://user:hunter22@board/',
            settings: { board: 'kitchen' },
            credential: { pin: NOTES_PIN },
          },
        ],
  connect: (): NotesClients => ({ notes: board([]) }),
  toAppError(thrown) {
    if (!(thrown instanceof BoardError)) return undefined;
    if (thrown.kind === 'lost') return outcomeUnknown('The board did not answer.', thrown);
    return new AppError('conflict', 'The board is full.', { cause: thrown, suggestion: 'Take a note down first.' });
  },
  tools: [listNotes, pinNote, unpinNote],
});

/** A board in memory. */
export function board(texts: string[]): NotesClients['notes'] {
  const notes = new Set(texts);
  return {
    list: () => Promise.resolve([...notes]),
    pin: (text) => Promise.resolve(void notes.add(text)),
    unpin: (text) => Promise.resolve(void notes.delete(text)),
  };
}
