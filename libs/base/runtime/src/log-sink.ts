import { write, writeSync } from 'node:fs';

/** Where finished lines go. */
export interface LogSink {
  write(text: string): void;
  /** Resolves when everything written so far has been handed to the system. */
  flush(): Promise<void>;
}

/** A reader that has stopped reading must not cost us the memory of the process. */
const MAX_WAITING_CHARS = 16 * 1024 * 1024;
const RETRY_MS = 10;

/**
 * Writes to a file descriptor from libuv's threads, one batch at a time. `process.stdout` would not do: on files, pipes
 * and terminals its writes are synchronous, so that a slow reader of the log would stop the event loop.
 */
export function createFileDescriptorSink(fd: number): LogSink {
  let waiting: string[] = [];
  let waitingChars = 0;
  let dropped = 0;
  let busy = false;
  let watching = false;
  let idle: (() => void)[] = [];

  function pump(): void {
    if (waiting.length === 0) return rest();
    busy = true;
    const batch = Buffer.from(take());
    writeAll(fd, batch, pump);
  }

  function rest(): void {
    busy = false;
    const listeners = idle;
    idle = [];
    for (const listener of listeners) listener();
  }

  function take(): string {
    const lost =
      dropped === 0
        ? ''
        : `{"level":"warn","message":"log lines were lost: the reader is too slow","lines":${String(dropped)}}\n`;
    const text = waiting.join('') + lost;
    waiting = [];
    waitingChars = 0;
    dropped = 0;
    return text;
  }

  // What is still here when the process ends by itself would be the lines that say why.
  function atExit(): void {
    if (waiting.length > 0) writeQuietly(fd, take());
  }

  return {
    write(text) {
      if (waitingChars > MAX_WAITING_CHARS) {
        dropped++;
        return;
      }
      waiting.push(text);
      waitingChars += text.length;
      if (!watching) {
        watching = true;
        process.once('exit', atExit);
      }
      if (busy) return;
      // Lines of one turn of the event loop go out together.
      busy = true;
      setImmediate(pump);
    },
    flush: () => (busy ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve()),
  };
}

function writeAll(fd: number, batch: Buffer, done: () => void): void {
  write(fd, batch, (error, written) => {
    if (error?.code === 'EAGAIN') setTimeout(writeAll, RETRY_MS, fd, batch, done);
    // Nobody reads any more (EPIPE): a log that cannot be written is no reason to stop working.
    else if (error !== null || written >= batch.length) done();
    else writeAll(fd, batch.subarray(written), done);
  });
}

function writeQuietly(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // The process is ending and there is nowhere left to say it.
  }
}
