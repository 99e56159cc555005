import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { homedir } from 'node:os';
import type { Io, Screen } from './io.ts';
import { readSettings } from './settings.ts';

/** The outside as this process has it. */
export function processIo(): Io {
  let interruption: AbortSignal | undefined;
  const io: Io = {
    stdout: screenOf(process.stdout),
    stderr: screenOf(process.stderr),
    readStdin: () => text(addAbortSignal(io.interruption(), process.stdin)),
    environment: readSettings,
    folder: process.cwd(),
    home: homedir(),
    clock: () => new Date(),
    interruption: () => (interruption ??= onInterrupt()),
  };
  return io;
}

// Only the first Ctrl-C is ours: a second one ends the process whatever it does.
function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
  });
  return controller.signal;
}

function screenOf(stream: NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY === true;
  let watched = false;
  return {
    write(chunk) {
      // Only once something is written here: `start` and `mcp` have streams and ends of their own.
      if (!watched) stream.on('error', endQuietly);
      watched = true;
      return stream.write(chunk);
    },
    isTerminal,
    // Node's own answer: it knows NO_COLOR, FORCE_COLOR and TERM=dumb.
    hasColors: isTerminal && stream.hasColors(),
    width: isTerminal ? stream.columns : undefined,
  };
}

/** Whoever reads closed the pipe (`| head`): the rest is for nobody, and that is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
