import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { notesAdapter } from './notes.fixtures.ts';
import { startAdapter } from './start-adapter.ts';

/** What a process of the notes adapter said until it ended. */
export interface ProcessEnd {
  code: number | null;
  stderr: string;
}

/** A whole process of the notes adapter: this file, run as its main. */
export function spawnNotes(environment: Record<string, string>): { child: ChildProcess; end: Promise<ProcessEnd> } {
  const child = spawn(process.execPath, ['--conditions=@devmesh/source', import.meta.filename], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, end: once(child, 'close').then(([code]) => ({ code: code as number | null, stderr })) };
}

if (process.argv[1] === import.meta.filename) await startAdapter(notesAdapter);
