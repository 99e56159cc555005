import type { Command } from 'commander';
import { addExamples } from '../cli/examples.ts';
import { refuseClientOptions } from '../cli/global-options.ts';

/** `devmesh mcp --stdio` */
export function addMcp(command: Command): void {
  command
    .description(
      'Speak MCP over stdin and stdout, for clients that start a program instead of opening a URL. The key comes from DEVMESH_API_KEY or DEVMESH_API_KEY_FILE.',
    )
    .requiredOption('--stdio', 'over stdin and stdout')
    .action(async (_options: unknown, self: Command) => {
      refuseClientOptions(self);
      const { runMcp } = await import('../mcp/run-mcp.ts');
      await runMcp();
    });
  addExamples(command, [
    [
      'claude mcp add devmesh -e DEVMESH_API_KEY_FILE=$HOME/devmesh.key -- npx devmesh mcp --stdio',
      'adds it to a client',
    ],
  ]);
}
