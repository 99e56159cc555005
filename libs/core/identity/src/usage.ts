import type { Clock, Logger } from '@devmesh/runtime';
import { type Db, sql } from '@devmesh/store';

const FLUSH_MS = 10_000;

export interface UsageRecorder {
  used(keyId: string): void;
  flush(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Collects when keys were last used and writes it in batches: authentication itself writes nothing. */
export function createUsageRecorder({ db, clock, logger }: { db: Db; clock: Clock; logger: Logger }): UsageRecorder {
  let pending = new Map<string, Date>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    if (pending.size === 0) return;
    const batch = pending;
    pending = new Map();
    try {
      await write(db, batch);
    } catch (error) {
      pending = new Map([...batch, ...pending]);
      logger.warn('the last use of keys could not be written; kept for the next time', { error, keys: pending.size });
    }
  }

  return {
    used: (keyId) => void pending.set(keyId, clock()),
    flush,
    start() {
      timer ??= setInterval(() => void flush(), FLUSH_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await flush();
    },
  };
}

/** Rows that another door is writing right now are skipped: it says nearly the same, and waiting could deadlock. */
async function write(db: Db, batch: ReadonlyMap<string, Date>): Promise<void> {
  const list = JSON.stringify([...batch].map(([id, at]) => ({ id, at })));
  await sql`
    WITH used AS (
      SELECT k.id, v.at FROM jsonb_to_recordset(${list}::jsonb) AS v (id text, at timestamptz)
      JOIN api_keys k ON k.id = v.id
      WHERE k.last_used_at IS NULL OR k.last_used_at < v.at
      FOR UPDATE OF k SKIP LOCKED
    )
    UPDATE api_keys SET last_used_at = used.at FROM used WHERE api_keys.id = used.id`.execute(db);
}
