import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, ERROR_TABLE } from '@devmesh/contracts';
import { startProcess } from '@devmesh/runtime';
import { lockFolder, readFolderLock, type FolderLock } from '@devmesh/store';
import { ExitCode } from '../cli/exit-code.ts';
import { awaitDoor, type Door } from './await-door.ts';
import { bridgeToHttp } from './bridge.ts';
import { assertIsDataFolder, serveFolder } from './serve-folder.ts';
import { StdioSettings, type StdioContext } from './stdio-settings.ts';
import { createStdioWire, type StdioWire } from './stdio-wire.ts';

/** Longer than a client takes to end the process that it had. */
const OTHER_CLIENT_MS = 6_000;
const AGAIN_MS = 200;

/** `devmesh mcp --stdio`: MCP over standard input and output. Standard output is the protocol: logs go to standard error. */
export async function runMcp(): Promise<void> {
  await startProcess({ service: 'devmesh-mcp', schema: StdioSettings, logDestination: 'stderr', start: serve });
}

async function serve(context: StdioContext): Promise<void> {
  const wire = createStdioWire({ input: process.stdin, output: process.stdout, logger: context.logger });
  context.lifecycle.onStop('client', () => wire.close());
  const folder = resolve(context.config.DEVMESH_DATA_DIR);
  try {
    await converse(folder, wire, context);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await explain(error, folder, wire);
  }
  await context.lifecycle.stop();
}

/** With the platform that has the folder; where nobody has it, with this process. */
async function converse(folder: string, wire: StdioWire, context: StdioContext): Promise<void> {
  const apiKey = keyOf(context.config);
  const patience = AbortSignal.timeout(OTHER_CLIENT_MS);
  for (;;) {
    const door = await doorOf(folder);
    const isThere = async () => (await doorOf(folder))?.pid === door?.pid;
    if (door !== undefined && (await awaitDoor(door, apiKey, isThere)))
      return bridgeToHttp(door.url, { ...context, apiKey, wire });
    await assertIsDataFolder(folder);
    const lock = await lockUnlessHeld(folder, patience);
    if (lock !== undefined) return serveFolder(folder, lock, { apiKey, wire }, context);
    await delay(AGAIN_MS);
  }
}

function keyOf({ DEVMESH_API_KEY: key = '' }: StdioSettings): string {
  if (key === '') throw new AppError('unauthenticated', 'There is no API key.');
  // Anything else could not even be sent.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new AppError('unauthenticated', 'DEVMESH_API_KEY holds no API key.');
  return key;
}

/** Where the platform is that has the folder; undefined where none does. */
async function doorOf(folder: string): Promise<Door | undefined> {
  const holder = await readFolderLock(folder);
  const url = holder?.alive === true ? holder.facts['mcp_url'] : undefined;
  return typeof url === 'string' && holder !== undefined ? { url: new URL(url), pid: holder.pid } : undefined;
}

/**
 * The folder's lock; undefined when somebody has it: a platform that was faster, or the process before this one of the same
 * client, which is about to end. @throws AppError `conflict` when it does not end.
 */
async function lockUnlessHeld(folder: string, patience: AbortSignal): Promise<FolderLock | undefined> {
  try {
    return await lockFolder(folder, {});
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    if (!patience.aborted) return undefined;
    throw new AppError('conflict', error.message, {
      suggestion: 'End that one and run `devmesh start`: any number of clients can then share the folder.',
      cause: error,
    });
  }
}

/** On standard error for a person, and over the protocol for a client that shows nothing else. */
async function explain(error: AppError, folder: string, wire: StdioWire): Promise<void> {
  const isKey = error.code === 'unauthenticated';
  const suggestion = isKey ? otherKey(folder) : error.suggestion;
  const lines = [error.message, ...(suggestion === undefined ? [] : [suggestion])];
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = isKey ? ExitCode.unauthenticated : ExitCode.failed;
  const data = { code: error.code, retryable: error.retryable, ...(suggestion !== undefined && { suggestion }) };
  await wire.refuse({ code: ERROR_TABLE[error.code].jsonRpcCode, message: lines.join(' '), data });
}

// The folder, because a client starts its programs in a folder that nobody expects.
function otherKey(folder: string): string {
  return `Set DEVMESH_API_KEY or DEVMESH_API_KEY_FILE to a key of the DevMesh in ${folder} (\`devmesh key create --name <name>\` makes one) and start this again.`;
}
