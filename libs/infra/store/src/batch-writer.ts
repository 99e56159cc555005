import type { Logger, Metrics } from '@devmesh/runtime';

export interface BatchWriterParts<Item> {
  /** For logs and metrics. */
  name: string;
  /** Writes a batch; when it throws the batch is kept and tried again. */
  write(items: Item[]): Promise<void>;
  maxDelayMs: number;
  maxItems: number;
  /** What may wait while the store is away; beyond it the newest are dropped, counted and logged. Default 10,000. */
  maxWaiting?: number;
  logger: Logger;
  metrics: Metrics;
}

export interface BatchWriter<Item> {
  add(item: Item): void;
  /** Writes what waits now. Throws what `write` throws. */
  flush(): Promise<void>;
  /** Writes what waits and takes nothing more. */
  stop(): Promise<void>;
}

/** Writes items behind the replies that made them: within `maxDelayMs` or `maxItems`, whichever comes first. */
export function createBatchWriter<Item>(parts: BatchWriterParts<Item>): BatchWriter<Item> {
  const { name, write, maxDelayMs, maxItems, maxWaiting = 10_000, logger, metrics } = parts;
  const lost = metrics.counter({
    name: 'batch_items_dropped_total',
    help: 'Items lost because the store was away for too long.',
    labels: ['batch'],
  });
  let waiting: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  /** Since when writing fails: one line when it begins, one when it is over. */
  let outage: { dropped: number } | undefined;

  function add(item: Item): void {
    if (waiting.length >= maxWaiting) return drop();
    waiting.push(item);
    if (waiting.length >= maxItems && !outage) void writeBehind();
    else later(maxDelayMs);
  }

  function drop(): void {
    lost.inc({ batch: name });
    if (outage) outage.dropped++;
  }

  function later(delayMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void writeBehind();
    }, delayMs).unref();
  }

  async function writeBehind(): Promise<void> {
    if (writing) return;
    try {
      await flush();
    } catch {
      // Said once by `writeSome`; what waits is kept and tried again.
      later(maxDelayMs * RETRY_FACTOR);
    }
  }

  async function flush(): Promise<void> {
    // One writer at a time keeps the order and lets a batch grow while the last is under way.
    while (waiting.length > 0 || writing) await (writing ??= writeSome().finally(() => (writing = undefined)));
  }

  async function writeSome(): Promise<void> {
    const batch = waiting.slice(0, maxItems);
    try {
      await write(batch);
    } catch (error) {
      if (!outage) logger.warn('a batch cannot be written; it is kept and tried again', { batch: name, error });
      outage ??= { dropped: 0 };
      throw error;
    }
    waiting = waiting.slice(batch.length);
    if (outage) logger.warn('batches are written again', { batch: name, dropped: outage.dropped });
    outage = undefined;
  }

  async function stop(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await flush();
  }

  return { add, flush, stop };
}

/** How much longer than usual a failed batch waits before it is tried again. */
const RETRY_FACTOR = 5;
