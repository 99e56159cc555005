import { Option, type Command } from 'commander';
import { usageError } from './cli-error.ts';
import { FORMATS, type Format } from './output.ts';
import { positiveNumber } from './option-values.ts';

/** Taken before or after the command alike. */
export interface GlobalOptions {
  output: Format;
  url?: string;
  profile?: string;
  apiKeyFile?: string;
  /** Seconds. */
  timeout?: number;
}

export function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option('-o, --output <format>', 'how the answer is written').choices([...FORMATS]).default('text'))
    .option('--url <url>', 'where DevMesh is (else DEVMESH_URL, the profile, the instance running here)')
    .option('--profile <name>', 'profile of config.json (else DEVMESH_PROFILE, or "default")')
    .option('--api-key-file <file>', 'file with the API key, - for stdin (else DEVMESH_API_KEY, or the profile)')
    .option('--timeout <seconds>', 'give up after this long', positiveNumber)
    .addOption(new Option('--api-key <key>').hideHelp().argParser(refuseKey));
}

// A key on a command line is in the shell's history and in everybody's `ps`.
function refuseKey(): never {
  throw usageError(
    'A key is not taken from the command line: others can read it there.',
    'Use --api-key-file <file>, --api-key-file - for stdin, or DEVMESH_API_KEY.',
  );
}

const FOR_CLIENTS = { url: '--url', profile: '--profile', apiKeyFile: '--api-key-file', timeout: '--timeout' } as const;

/** `start` and `mcp` are no clients: an option that they would silently not heed is refused. */
export function refuseClientOptions(command: Command): void {
  const options: Partial<GlobalOptions> = command.optsWithGlobals<GlobalOptions>();
  for (const [name, flag] of Object.entries(FOR_CLIENTS)) {
    if (options[name as keyof typeof FOR_CLIENTS] === undefined) continue;
    throw usageError(
      `${flag} does nothing here.`,
      `\`devmesh ${command.name()}\` is set by environment variables: \`devmesh ${command.name()} --help\`.`,
    );
  }
}
