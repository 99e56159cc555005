interface Entry<Value> {
  value: Value;
  endsAtMs: number;
}

/** A map whose entries end. Entries that nobody asks for again are found a few at a time, by every `set`: no timer, no pause. */
export interface ExpiringMap<Value> {
  get(key: string, nowMs: number): Value | undefined;
  set(key: string, value: Value, endsAtMs: number, nowMs: number): void;
  delete(key: string): void;
  size(): number;
}

// Two looked at for one that is added: what has ended goes at least as fast as anything new comes.
const LOOKED_AT_PER_SET = 2;

/** Beyond `maxEntries` the one that was set longest ago is dropped. */
export function createExpiringMap<Value>(maxEntries: number): ExpiringMap<Value> {
  const entries = new Map<string, Entry<Value>>();
  let sweep = entries.entries();

  function sweepSome(nowMs: number): void {
    for (let i = 0; i < LOOKED_AT_PER_SET; i++) {
      const next = sweep.next();
      if (next.done) {
        sweep = entries.entries();
        return;
      }
      if (next.value[1].endsAtMs <= nowMs) entries.delete(next.value[0]);
    }
  }

  function dropOldest(): void {
    const oldest = entries.keys().next();
    if (!oldest.done) entries.delete(oldest.value);
  }

  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined || entry.endsAtMs > nowMs) return entry?.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, endsAtMs, nowMs) {
      // Taken out first, so that it becomes the youngest.
      entries.delete(key);
      entries.set(key, { value, endsAtMs });
      sweepSome(nowMs);
      if (entries.size > maxEntries) dropOldest();
    },
    delete: (key) => void entries.delete(key),
    size: () => entries.size,
  };
}
