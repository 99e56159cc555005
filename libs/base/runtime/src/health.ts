import type { Clock } from './clock.ts';

export interface DependencyState {
  state: 'up' | 'down' | 'degraded' | 'unknown';
  /** Why, for an operator. */
  reason?: string;
  /** Since when it has been in this state (ISO 8601); filled in by `report()` where the check does not know. */
  since?: string;
  /** Whether the process is of no use without it. Default true. */
  critical?: boolean;
}

export interface HealthReport {
  status: 'up' | 'down' | 'draining';
  dependencies: Record<string, DependencyState>;
}

export type HealthCheck = () => DependencyState | Promise<DependencyState>;

export interface Health {
  report(): Promise<HealthReport>;
  add(name: string, check: HealthCheck): void;
  /** From now on the process is not ready, so that nobody sends it new work. */
  setDraining(): void;
  isDraining(): boolean;
}

/** A dependency that hangs must not make the answer about it hang. */
const CHECK_TIMEOUT_MS = 2_000;

export function createHealth({ clock }: { clock: Clock }): Health {
  const checks = new Map<string, HealthCheck>();
  const last = new Map<string, { state: string; since: string }>();
  let draining = false;
  let running: Promise<HealthReport> | undefined;

  function dated(name: string, found: DependencyState): DependencyState {
    const before = last.get(name);
    const since = found.since ?? (before?.state === found.state ? before.since : clock().toISOString());
    last.set(name, { state: found.state, since });
    return { ...found, since };
  }

  async function ask(): Promise<HealthReport> {
    const asked = [...checks].map(async ([name, check]) => [name, dated(name, await answer(check))] as const);
    const dependencies = Object.fromEntries(await Promise.all(asked));
    const down = Object.values(dependencies).some(blocks);
    return { status: draining ? 'draining' : down ? 'down' : 'up', dependencies };
  }

  return {
    report() {
      // Probes from many sides at once ask the dependencies once.
      running ??= ask().finally(() => (running = undefined));
      return running;
    },
    add: (name, check) => void checks.set(name, check),
    setDraining: () => void (draining = true),
    isDraining: () => draining,
  };
}

/** What is not known is not up: a process that cannot tell must not be sent work. */
function blocks({ state, critical = true }: DependencyState): boolean {
  return critical && (state === 'down' || state === 'unknown');
}

async function answer(check: HealthCheck): Promise<DependencyState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyState>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, {
      state: 'unknown',
      reason: `no answer within ${String(CHECK_TIMEOUT_MS)} ms`,
    });
  });
  try {
    return await Promise.race([Promise.resolve(check()), late]);
  } catch (error) {
    return { state: 'down', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
