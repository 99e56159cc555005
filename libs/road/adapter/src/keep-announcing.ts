import { subjects, type Announcement } from '@devmesh/contracts';
import type { Bus, Stop } from '@devmesh/bus';

const EVERY_MS = 10_000;

/** Calls `fn` every `everyMs` until the function that it gives back is called. */
export type Repeat = (fn: () => void, everyMs: number) => () => void;

/** Tells the doors what this adapter offers: now, when asked, and every 10 s. */
export async function keepAnnouncing(bus: Bus, announcement: Announcement, repeat: Repeat = onInterval): Promise<Stop> {
  const announce = () => {
    bus.publish(subjects.announce(announcement.system), announcement);
  };
  const stopAnswering = await bus.subscribe(subjects.catalogAsk, announce);
  announce();
  const stopRepeating = repeat(announce, EVERY_MS);
  return async () => {
    stopRepeating();
    await stopAnswering();
  };
}

const onInterval: Repeat = (fn, everyMs) => {
  const timer = setInterval(fn, everyMs);
  return () => {
    clearInterval(timer);
  };
};
