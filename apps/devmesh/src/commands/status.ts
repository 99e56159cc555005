import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli/cli-error.ts';
import { addExamples } from '../cli/examples.ts';
import type { Io, Screen } from '../cli/io.ts';
import { together } from '../cli/render-data.ts';
import { openSession, type Session } from '../cli/session.ts';
import { table } from '../cli/table.ts';

const Dependency = z.looseObject({ state: z.string(), reason: z.string().optional(), since: z.string().optional() });
const System = z.looseObject({
  system: z.string(),
  state: z.string(),
  known_by: z.string(),
  version: z.string(),
  tools: z.number(),
  connections: z.array(z.string()),
});
const Status = z.looseObject({
  status: z.string(),
  dependencies: z.record(z.string(), Dependency),
  systems: z.array(System),
});
const HealthOnly = z.looseObject({ status: z.string(), reason: z.string().optional() });

/** `devmesh status` */
export function addStatus(command: Command, io: Io): void {
  command
    .description('Show what is up and what is not, since when, and how that is known. Exits 1 when DevMesh is not up.')
    .action(async (_options: unknown, self: Command) => {
      const session = await openSession(self, io);
      const status = session.api.hasKey ? await showStatus(session) : await showHealth(session);
      if (status !== 'up')
        throw new CliError({
          code: 'unavailable',
          message: `DevMesh at ${session.api.url} is ${status}.`,
          suggestion: 'Look into its log; what is down is named above.',
        });
    });
  addExamples(command, [
    ['devmesh status', 'dependencies and systems with their states'],
    ['devmesh status -o json | jq .systems', 'the same for a script'],
  ]);
}

async function showStatus({ api, output }: Session): Promise<string> {
  const report = await api.request('GET', '/api/v1/status', { answers: Status });
  output.answer(report, (screen) => statusText(report, api.url, screen));
  return report.status;
}

// Without a key nobody is told more than up or down.
async function showHealth({ api, output }: Session): Promise<string> {
  const health = await api.request('GET', '/readyz', { answers: HealthOnly, withoutKey: true, accepts: [503] });
  output.answer(
    health,
    () => `${api.url} is ${health.status}${health.reason === undefined ? '' : ` (${health.reason})`}.`,
  );
  output.note('With an API key it says more: --api-key-file <file>, or DEVMESH_API_KEY.');
  return health.status;
}

function statusText({ status, dependencies, systems }: z.infer<typeof Status>, url: string, screen: Screen): string {
  const parts = Object.entries(dependencies);
  return together([
    `${url} is ${status}.`,
    parts.length === 0
      ? ''
      : table(
          parts,
          [
            ['DEPENDENCY', ([name]) => name],
            ['STATE', ([, each]) => each.state],
            ['SINCE', ([, each]) => each.since],
            ['REASON', ([, each]) => each.reason],
          ],
          screen,
        ),
    systems.length === 0
      ? 'No system has announced itself.'
      : table(
          systems,
          [
            ['SYSTEM', (each) => each.system],
            ['STATE', (each) => each.state],
            ['TOOLS', (each) => each.tools],
            ['VERSION', (each) => each.version],
            ['CONNECTIONS', (each) => each.connections.join(', ') || 'none'],
            ['KNOWN BY', (each) => each.known_by],
          ],
          screen,
        ),
  ]);
}
