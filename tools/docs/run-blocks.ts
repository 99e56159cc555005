import { spawnSync } from 'node:child_process';
import type { CodeBlock } from './code-blocks.ts';

export interface ShellOptions {
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** Addresses as the pages write them → as they are here. */
  addresses: Readonly<Record<string, string>>;
}

/** What one block put out. */
export interface BlockRun {
  block: CodeBlock;
  ran: boolean;
  output: string;
}

const TIMEOUT_MS = 45_000;
/** A line that no block puts out by itself. */
const MARK = '@@ block ';

/** Runs the blocks of one page in one shell, so that a block sees what those before it have set; ends at the first failure. */
export function runBlocks(blocks: readonly CodeBlock[], { folder, environment, addresses }: ShellOptions): BlockRun[] {
  const script = blocks
    .map((block, index) => `printf '\\n%s\\n' '${MARK}${String(index)}'\n${shellOf(block, addresses)}`)
    .join('\n');
  const { stdout, status, error } = spawnSync('bash', ['-c', `exec 2>&1\nset -euo pipefail\n${script}`], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const outputs = stdout.split(new RegExp(`^${MARK}\\d+$`, 'm')).slice(1);
  // The last one that was begun is the one that failed.
  const passed = status === 0 ? blocks.length : outputs.length - 1;
  const why = error === undefined ? '' : `\n${error.message}`;
  return blocks.map((block, index) => ({
    block,
    ran: index < passed,
    output: `${outputs[index] ?? '(not reached)'}${why}`,
  }));
}

// A block that should fail must, and with that very code.
function shellOf({ text, exits }: CodeBlock, addresses: Readonly<Record<string, string>>): string {
  const script = Object.entries(addresses).reduce((sofar, [written, real]) => sofar.replaceAll(written, real), text);
  return exits === 0 ? script : `set +e\n${script}\nexited=$?\nset -e\ntest "$exited" -eq ${String(exits)}`;
}
