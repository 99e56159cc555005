import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from './cli-error.ts';
import type { Io } from './io.ts';

/** Reads values that are given as a file or over stdin; stdin only once. */
export interface InputReader {
  /** `-` is stdin, `@file` a file, anything else the text itself. */
  text(given: string): Promise<string>;
  /** The same, parsed. `what` is the option, for the error. */
  json(given: string, what: string): Promise<unknown>;
  /** `-` is stdin, anything else a file. */
  file(given: string, what: string): Promise<string>;
}

export function createInputReader(io: Pick<Io, 'readStdin' | 'folder'>): InputReader {
  let stdinFor: string | undefined;
  async function stdin(what: string): Promise<string> {
    if (stdinFor !== undefined)
      throw usageError(`${stdinFor} and ${what} cannot both be read from stdin.`, 'Put one of them into a file.');
    stdinFor = what;
    return io.readStdin();
  }
  async function file(given: string, what: string): Promise<string> {
    if (given === '-') return stdin(what);
    return readFile(resolve(io.folder, given), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw usageError(
        `${what}: ${given} cannot be read (${error.code ?? error.message}).`,
        `Give a file that is there, or - for stdin.`,
      );
    });
  }
  async function text(given: string, what = 'the text'): Promise<string> {
    if (given === '-') return stdin(what);
    return given.startsWith('@') ? file(given.slice(1), what) : given;
  }
  return {
    text,
    file,
    json: async (given, what) => parse(await text(given, what), what),
  };
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(
      `${what} is not valid JSON: ${(error as Error).message}.`,
      `Quote it for the shell: ${what} '{"name": "value"}'; or give ${what} @file.json.`,
    );
  }
}
