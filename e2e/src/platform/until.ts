export interface UntilOptions {
  /** What is waited for, for the message of the failure. */
  what: string;
  forMs?: number;
  everyMs?: number;
}

/** Looks until `look` answers something other than undefined, null or false. Throws with what was seen last when the time is up. */
export async function until<T>(
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { what, forMs = 15_000, everyMs = 25 }: UntilOptions,
): Promise<T> {
  const endsAt = performance.now() + forMs;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== null && seen !== false) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > endsAt) {
      const seen = last instanceof Error ? last.message : String(last);
      throw new Error(`not within ${String(forMs)} ms: ${what} (last: ${seen})`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
