import type { Connections } from '@devmesh/connections';
import type { Systems } from '@devmesh/gateway';
import type { ReadStatus, StatusReport } from '@devmesh/platform';
import type { Clock, DependencyState, Health } from '@devmesh/runtime';

/** An adapter announces itself every 10 s: after three missed ones it is taken for gone. */
const SILENT_AFTER_MS = 30_000;

export interface StatusParts {
  health: Health;
  systems: Systems;
  connections: Connections;
  clock: Clock;
}

/** What is up, what is not, and how that is known; a system that was never heard is `unknown`, not up. */
export function createReadStatus({ health, systems, connections, clock }: StatusParts): ReadStatus {
  return async (principal): Promise<StatusReport> => {
    const report = await health.report();
    const own = await connections.list(principal);
    const dependencies = Object.fromEntries(
      Object.entries(report.dependencies).map(([name, state]) => [name, facts(state)]),
    );
    return {
      status: report.status,
      dependencies,
      systems: systems.list().map(({ system, appVersion, tools }) => {
        const heardAt = systems.heardAt(system);
        return {
          system,
          state: stateOf(heardAt, clock()),
          known_by:
            heardAt === undefined ? 'an announcement from before this process started' : 'its last announcement',
          heard_at: heardAt?.toISOString() ?? null,
          version: appVersion,
          tools: tools.length,
          connections: own.filter((connection) => connection.system === system).map(({ name }) => name),
        };
      }),
    };
  };
}

function stateOf(heardAt: Date | undefined, now: Date): string {
  if (heardAt === undefined) return 'unknown';
  return now.getTime() - heardAt.getTime() > SILENT_AFTER_MS ? 'silent' : 'announcing';
}

function facts({ state, reason, since }: DependencyState) {
  return { state, ...(reason !== undefined && { reason }), ...(since !== undefined && { since }) };
}
