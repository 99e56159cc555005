import { subjects, type Announcement } from '@devmesh/contracts';
import type { Bus, Stop } from '@devmesh/bus';

const EVERY_MS = 10_000;

/** Tells the doors what this adapter offers: now, when asked, and every 10 s. */
export async function keepAnnouncing(bus: Bus, announcement: Announcement): Promise<Stop> {
  const announce = () => bus.publish(subjects.announce(announcement.system), announcement);
  const stopAnswering = await bus.subscribe(subjects.catalogAsk, announce);
  const timer = setInterval(announce, EVERY_MS);
  announce();
  return async () => {
    clearInterval(timer);
    await stopAnswering();
  };
}
