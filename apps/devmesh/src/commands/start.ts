import type { Command } from 'commander';
import { addExamples } from '../cli/examples.ts';
import { refuseClientOptions } from '../cli/global-options.ts';

/** `devmesh start` */
export function addStart(command: Command): void {
  command
    .description(
      'Run DevMesh in this one process on an embedded store. Everything is set by environment variables; nothing has to be.',
    )
    .action(async (_options: unknown, self: Command) => {
      refuseClientOptions(self);
      const { runStart } = await import('../start/run-start.ts');
      await runStart();
    });
  addExamples(command, [
    ['devmesh start', 'REST on 8081, MCP on 8080, data in .devmesh/'],
    ['PROMETHEUS_URL=http://localhost:9090 devmesh start', 'with a Prometheus'],
    ['REST_PORT=9081 MCP_PORT=9080 DEVMESH_DATA_DIR=/srv/devmesh devmesh start', 'elsewhere'],
  ]);
}
