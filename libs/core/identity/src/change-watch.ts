import type { Bus, Stop } from '@devmesh/bus';
import { AppError, subjects } from '@devmesh/contracts';
import type { Clock, Logger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import type { Change } from './changes.ts';

/** How long a door may trust what it remembers without having read the generation row. */
const TRUST_MS = 30_000;
const MOST_AT_ONCE = 1_000;

interface WatchOptions {
  db: Db;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  pollMs: number;
  /** `undefined`: too much changed to say what. */
  onChanges(changes: readonly Change[] | undefined): void;
}

export interface ChangeWatch {
  start(): Promise<void>;
  /** Reads what changed now; false when the database could not be read. */
  look(): Promise<boolean>;
  /** True between start and stop: only then may anything be remembered. */
  watching(): boolean;
  /** Throws `unavailable` when the generation row has not been readable for 30 s. */
  assertReadable(): void;
  stop(): Promise<void>;
}

/** Follows the generation row: every `pollMs`, and at once when the bus says that there is something to see. */
export function createChangeWatch(options: WatchOptions): ChangeWatch {
  const { bus, clock, logger, pollMs } = options;
  const cursor = createCursor(options);
  let readAtMs = 0;
  let outage = false;
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: Stop | undefined;
  let active = false;

  const look = coalesced(async () => {
    try {
      await cursor.advance();
      readAtMs = clock().getTime();
      if (outage) logger.info('the identity generation can be read again');
      outage = false;
    } catch (error) {
      if (!outage) logger.error('the identity generation cannot be read', { error });
      outage = true;
    }
    return !outage;
  });

  function schedule(): void {
    timer = setTimeout(() => {
      void look().then(() => {
        if (active) schedule();
      });
    }, pollMs);
    timer.unref();
  }

  return {
    look,
    watching: () => active,
    async start() {
      if (active) return;
      readAtMs = clock().getTime();
      await look();
      unsubscribe = await bus.subscribe(subjects.identityChanged, () => void look());
      active = true;
      schedule();
    },
    assertReadable() {
      if (active && clock().getTime() - readAtMs > TRUST_MS) throw unreadable();
    },
    async stop() {
      active = false;
      clearTimeout(timer);
      await unsubscribe?.();
      await look.settled();
    },
  };
}

/** Remembers the last generation seen and hands on what came after it. */
function createCursor({ db, onChanges }: WatchOptions) {
  let seen: number | undefined;
  return {
    async advance(): Promise<void> {
      const latest = await readGeneration(db);
      while (seen !== latest) {
        // Smaller than before: the database was restored from a backup.
        const changes = seen === undefined || latest < seen ? [] : await readChanges(db, seen);
        const last = changes.at(-1)?.generation ?? latest;
        const complete = seen !== undefined && changes.length > 0 && changes.length === last - seen;
        seen = complete ? last : latest;
        onChanges(complete ? changes : undefined);
        if (seen > latest) return;
      }
    },
  };
}

async function readGeneration(db: Db): Promise<number> {
  const row = await db
    .selectFrom('identity_generation')
    .select('generation')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(row.generation);
}

async function readChanges(db: Db, after: number): Promise<(Change & { generation: number })[]> {
  const rows = await db
    .selectFrom('identity_changes')
    .select(['generation', 'subject_kind', 'subject_id'])
    .where('generation', '>', after)
    .orderBy('generation')
    .limit(MOST_AT_ONCE)
    .execute();
  return rows.map((row) => ({ generation: Number(row.generation), kind: row.subject_kind, id: row.subject_id }));
}

/** One run at a time; whoever asks during a run gets one that starts after their question. */
function coalesced(run: () => Promise<boolean>) {
  let running: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;
  const begin = (): Promise<boolean> => (running = run().finally(() => (running = undefined)));
  function ask(): Promise<boolean> {
    if (!running) return begin();
    next ??= running.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  }
  return Object.assign(ask, { settled: async () => void (await (next ?? running)) });
}

function unreadable(): AppError {
  return new AppError(
    'unavailable',
    'Keys and sessions cannot be checked at the moment: the database has not answered for 30 seconds.',
    {
      suggestion: 'Try again shortly; GET /readyz says which dependency is down.',
    },
  );
}
