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
  const dropped = metrics.counter({
    name: 'batch_items_dropped_total',
    help: 'Items lost because the store was away for too long.',
    labels: ['batch'],
  });
  let waiting: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  function add(item: Item): void {
    if (waiting.length >= maxWaiting) {
      dropped.inc({ batch: name });
      return;
    }
    waiting.push(item);
    if (waiting.length >= maxItems) void writeBehind();
    else timer ??= setTimeout(() => void writeBehind(), maxDelayMs);
  }

  async function writeBehind(): Promise<void> {
    try {
      await flush();
    } catch (error) {
      logger.warn('a batch could not be written yet', { batch: name, waiting: waiting.length, error });
      timer ??= setTimeout(() => void writeBehind(), maxDelayMs * 5);
    }
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0 || writing) {
      // One writer at a time keeps the order and lets a batch grow while the last is under way.
      await (writing ??= writeSome().finally(() => (writing = undefined)));
    }
  }

  async function writeSome(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting.slice(0, maxItems);
    await write(batch);
    waiting = waiting.slice(batch.length);
  }

  return { add, flush, stop: flush };
}
