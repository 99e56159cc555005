import { Command } from 'commander';
import { addExamples } from './cli/examples.ts';
import { addGlobalOptions } from './cli/global-options.ts';
import type { Io } from './cli/io.ts';
import { usageErrorOf } from './cli/run-cli.ts';
import { ownVersion } from './cli/version.ts';

/** Fills a command with its options, its verbs and what it does. */
type Fill = (command: Command, io: Io) => void;

interface Entry {
  name: string;
  group: string;
  summary: string;
  /** Imported only when it is asked for: `--help` and every other command do without it. */
  load(): Promise<Fill>;
}

const RUN = 'Run it:';
const USE = 'Use it:';
const KEEP = 'Set it up:';

const ENTRIES: readonly Entry[] = [
  {
    name: 'start',
    group: RUN,
    summary: 'everything in one process, on a data folder',
    load: async () => (await import('./commands/start.ts')).addStart,
  },
  {
    name: 'status',
    group: RUN,
    summary: 'what is up and what is not',
    load: async () => (await import('./commands/status.ts')).addStatus,
  },
  {
    name: 'mcp',
    group: RUN,
    summary: 'MCP over stdio, for clients that start a program',
    load: async () => (await import('./commands/mcp.ts')).addMcp,
  },
  {
    name: 'tool',
    group: USE,
    summary: 'find tools and call them',
    load: async () => (await import('./commands/tool/noun.ts')).addToolNoun,
  },
  {
    name: 'call',
    group: USE,
    summary: 'calls that were made: look, wait, cancel, undo',
    load: async () => (await import('./commands/call/noun.ts')).addCallNoun,
  },
  {
    name: 'context',
    group: USE,
    summary: 'keep what was said and learnt',
    load: async () => (await import('./commands/context/noun.ts')).addContextNoun,
  },
  {
    name: 'search',
    group: USE,
    summary: 'find it again',
    load: async () => (await import('./commands/search.ts')).addSearch,
  },
  {
    name: 'key',
    group: KEEP,
    summary: 'API keys',
    load: async () => (await import('./commands/key/noun.ts')).addKeyNoun,
  },
  {
    name: 'connection',
    group: KEEP,
    summary: 'systems and their credentials',
    load: async () => (await import('./commands/connection/noun.ts')).addConnectionNoun,
  },
  {
    name: 'adapter-key',
    group: KEEP,
    summary: 'make a private key for an adapter',
    load: async () => (await import('./commands/adapter-key.ts')).addAdapterKey,
  },
];

export interface Program {
  program: Command;
  /** Loads every command, for whoever wants to see them all. */
  loadAll(): Promise<void>;
}

/** The command line of `devmesh`, with each command still to be loaded. */
export function createProgram(io: Io): Program {
  const program = createRoot(io);
  const waiting = new Map<Command, Entry['load']>();
  for (const { name, group, summary, load } of ENTRIES)
    waiting.set(program.command(name).summary(summary).helpGroup(group), load);

  async function load(command: Command): Promise<void> {
    const fill = await waiting.get(command)?.();
    waiting.delete(command);
    fill?.(command, io);
    adopt(command);
  }
  program.hook('preSubcommand', (_root, command) => load(command));
  adopt(program);
  return {
    program,
    async loadAll() {
      for (const command of program.commands) await load(command);
    },
  };
}

function createRoot({ stdout, stderr }: Io): Command {
  const program = new Command('devmesh')
    .description('One governed front door between AI agents and your DevOps systems.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help; also `devmesh help <noun> <verb>`')
    .configureHelp({ styleTitle: (text) => (stdout.hasColors ? `\u001b[1m${text}\u001b[22m` : text) })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Errors are explained in one place, for all commands and formats.
      outputError: () => undefined,
      getOutHelpWidth: () => stdout.width ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.width ?? HELP_WIDTH,
      getOutHasColors: () => stdout.hasColors,
      getErrHasColors: () => stderr.hasColors,
    });
  addGlobalOptions(program);
  addExamples(program, [
    ['devmesh start', 'runs it here, data in .devmesh/'],
    ['export DEVMESH_API_KEY=devmesh_…', 'the key that the first start showed'],
    ["devmesh tool call prometheus_query query='up'", 'asks a system'],
    ['devmesh search connection pool exhausted', 'finds what was learnt before'],
  ]);
  return program
    .addHelpText('after', EXITS)
    .addHelpText('afterAll', ({ command }) => (takesNoServer(command) ? '' : EVERYWHERE));
}

const HELP_WIDTH = 110;
const EXITS =
  '\nExit codes: 0 done · 1 failed · 2 wrong usage · 4 not authenticated · 8 waits for approval · 78 wrong configuration · 130 interrupted';

const EVERYWHERE =
  '\nAlso everywhere: -o text|json|jsonl, --url, --profile, --api-key-file, --timeout (see `devmesh --help`)';

const WITHOUT_SERVER: ReadonlySet<string> = new Set(['start', 'mcp', 'adapter-key']);

function takesNoServer(command: Command): boolean {
  return command.parent === null || WITHOUT_SERVER.has(command.name());
}

/** Errors of a command line know which command they belong to. */
function adopt(command: Command): void {
  command.helpCommand(false).exitOverride((error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    throw usageErrorOf(error, command);
  });
  command.commands.forEach(adopt);
}
