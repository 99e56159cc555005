import { CommanderError, type Command } from 'commander';
import { usageError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';
import { explain } from './explain.ts';
import type { Io } from './io.ts';
import { printError, type Format } from './output.ts';

export interface Runnable {
  program: Command;
}

/** Runs one command line and answers the exit code; whatever goes wrong is explained on stderr. */
export async function runCli(args: readonly string[], { program }: Runnable, io: Io): Promise<ExitCode> {
  try {
    await program.parseAsync(helpFirst(args), { from: 'user' });
    return ExitCode.ok;
  } catch (thrown) {
    const code = quietExit(thrown);
    if (code !== undefined) return code;
    const error = explain(thrown);
    printError(error, io, formatIn(args));
    return error.exitCode;
  }
}

/** `devmesh help key create` is what many type. */
function helpFirst(args: readonly string[]): string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : [...args];
}

/** Help and version end a command line without anything to explain. */
function quietExit(thrown: unknown): ExitCode | undefined {
  if (!(thrown instanceof CommanderError)) return undefined;
  if (thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.version') return ExitCode.ok;
  return thrown.code === 'commander.help' ? ExitCode.usage : undefined;
}

// Read by hand: what stands here may be the very thing that could not be parsed.
function formatIn(args: readonly string[]): Format {
  const match = /(?:^|\0)(?:-o\0?|--output[\0=])(jsonl?)(?:\0|$)/.exec(args.join('\0'));
  return match ? (match[1] as Format) : 'text';
}

/** What commander says about a command line, with a next step. */
export function usageErrorOf({ code, message }: CommanderError, command: Command): unknown {
  const path = pathOf(command);
  const meant = /\(Did you mean (?:one of )?([^?,)]+)/.exec(message)?.[1];
  const plain = sentence((message.split('\n')[0] ?? '').replace(/^error: /, ''));
  const help = `\`${path} --help\` shows what it takes.`;
  if (code === 'commander.unknownCommand' && meant !== undefined)
    return usageError(plain, `Did you mean \`${path} ${meant}\`? ${help}`);
  return usageError(plain, meant === undefined ? help : `Did you mean ${meant}? ${help}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
