import type { Logger, Metrics } from '@devmesh/runtime';
import { createBatchWriter } from '@devmesh/store';
import type { Db } from '@devmesh/store';
import { insertRows } from './append.ts';
import type { AuditEvent } from './event.ts';
import { toRow } from './row.ts';
import type { NewAuditRow } from './row.ts';

export interface AuditBatcherParts {
  db: Db;
  logger: Logger;
  metrics: Metrics;
  /** At most 200, the bound that the documentation states. */
  maxDelayMs?: number;
  maxLines?: number;
  /** Lines that may wait while the store is away; beyond it new ones are dropped and counted. Default 10,000. */
  maxWaiting?: number;
}

/** Lines of reads, written behind their replies. */
export interface AuditBatcher {
  add(event: AuditEvent): void;
  /** Resolves when everything added before is committed. Throws AppError `unavailable` while the store is away; the lines stay. */
  flush(): Promise<void>;
  /** For the end of the process: the last flush. */
  stop(): Promise<void>;
}

const MAX_DELAY_MS = 200;

export function createAuditBatcher(parts: AuditBatcherParts): AuditBatcher {
  const { db, logger, metrics, maxDelayMs = MAX_DELAY_MS, maxLines = 200, maxWaiting = 10_000 } = parts;
  const writer = createBatchWriter<NewAuditRow>({
    name: 'audit',
    write: (rows) => writeRows(db, rows, logger),
    maxDelayMs: Math.min(maxDelayMs, MAX_DELAY_MS),
    maxItems: maxLines,
    maxWaiting,
    logger,
    metrics,
  });
  // Redacted when added: what waits holds no secret, and cannot change under us.
  return { add: (event) => writer.add(toRow(event)), flush: writer.flush, stop: writer.stop };
}

/** One line that the database will never take must not keep all others waiting for ever. */
async function writeRows(db: Db, rows: NewAuditRow[], logger: Logger): Promise<void> {
  try {
    await insertRows(db, rows);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    const [only] = rows;
    if (rows.length > 1) for (const row of rows) await writeRows(db, [row], logger);
    else logger.error('an audit line was refused by the database and is lost', { audit_line: only, error });
  }
}

/** SQLSTATE classes 22 (data) and 23 (constraint): the same line fails the same way every time. */
function isRefusedData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^2[23]...$/.test(code);
}
