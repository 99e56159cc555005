import { AppError } from '@devmesh/contracts';
import { startProcess, type ProcessContext } from '@devmesh/runtime';
import { writeFirstAccess } from './first-access.ts';
import { StartSettings } from './settings.ts';
import { startBlock, startLine, type StartFacts } from './start-block.ts';
import { startPlatform } from './start-platform.ts';

/** `devmesh start`: the platform in one process, ending in the block that says where everything is. */
export async function runStart(): Promise<void> {
  await startProcess({ service: 'devmesh', schema: StartSettings, start });
}

async function start(context: ProcessContext<StartSettings>): Promise<void> {
  try {
    await announce(await startPlatform(context));
  } catch (error) {
    // A taken port or folder is somebody's next step, not a stack trace.
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n${error.suggestion === undefined ? '' : `${error.suggestion}\n`}`);
    await context.lifecycle.stop();
    process.exitCode = 1;
  }
}

async function announce(facts: StartFacts): Promise<void> {
  if (process.stdout.isTTY) process.stdout.write(startBlock(facts));
  else process.stdout.write(`${startLine(facts, await writeFirstAccess(facts.folder, facts.access))}\n`);
}
