import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until there is something to see; throws after 5 s. */
export async function until<Seen>(look: () => Promise<Seen | undefined> | Seen | undefined): Promise<Seen> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error('it did not come to pass within 5 s');
    await delay(20);
  }
}
