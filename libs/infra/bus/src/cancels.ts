/** Which of the requests at work here somebody no longer waits for. */
export interface Cancels {
  /** Gives the way to forget it again. */
  on(requestId: string, cancel: () => void): () => void;
  cancel(requestId: string): void;
}

export function createCancels(): Cancels {
  // One request can be at work twice in one process: under two queue names.
  const known = new Map<string, Set<() => void>>();
  return {
    on(requestId, cancel) {
      const all = known.get(requestId) ?? new Set();
      known.set(requestId, all.add(cancel));
      return () => {
        all.delete(cancel);
        if (all.size === 0) known.delete(requestId);
      };
    },
    cancel(requestId) {
      for (const cancel of known.get(requestId) ?? []) cancel();
    },
  };
}
