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
const MARK = '\u0001devmesh-block ';

/** Runs the blocks of one page in one shell, so that a block sees what those before it have set; ends at the first failure. */
export function runBlocks(blocks: readonly CodeBlock[], { folder, environment, addresses }: ShellOptions): BlockRun[] {
  const script = blocks
    .map(({ text }, index) => `printf '\\n%s\\n' '${MARK}${String(index)}'\n${here(text, addresses)}`)
    .join('\n');
  const { stdout, status, error } = spawnSync('bash', ['-c', `exec 2>&1\nset -euo pipefail\n${script}`], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const outputs = stdout.split(new RegExp(`^${MARK}\\d+$`, 'm')).slice(1);
  const failed = status === 0 ? blocks.length : outputs.length - 1;
  const why = error === undefined ? '' : `\n${error.message}`;
  return blocks.map((block, index) => ({
    block,
    ran: index < failed,
    output: `${outputs[index] ?? '(not reached)'}${why}`,
  }));
}

function here(text: string, addresses: Readonly<Record<string, string>>): string {
  return Object.entries(addresses).reduce((script, [written, real]) => script.replaceAll(written, real), text);
}
