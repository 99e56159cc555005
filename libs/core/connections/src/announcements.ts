import { createHash } from 'node:crypto';
import { Announcement } from '@devmesh/contracts';
import { inTransaction, sql, type DbOrTransaction, type Transaction } from '@devmesh/store';
import { compareVersions } from './app-version.ts';
import type { Deps } from './deps.ts';
import { canonical } from './canonical.ts';
import { auditRefusedKey, pinKey } from './system-keys.ts';

/** While a system was heard with a higher version within this time, a lower one is a replica on its way out. */
const ROLL_OUT_MS = 30_000;

export type AnnouncementOutcome = 'saved' | 'unchanged' | 'older_version' | 'key_refused';

/** The announcement of a system that is in force. */
export interface KnownSystem {
  announcement: Announcement;
  announcedAt: Date;
}

/**
 * Keeps what a system said of itself, so that doors which start late know it. The highest version wins while two announce
 * within 30 s. The first public key of a system is pinned; an announcement with another key is refused as a whole
 * (`key_refused`), logged once and audited for every organisation that has connections of that system.
 */
export async function saveAnnouncement(deps: Deps, announcement: Announcement): Promise<AnnouncementOutcome> {
  const outcome = await inTransaction(deps.db, async (tx) => {
    // Replicas of one adapter announce at the same moment: one after the other.
    await sql`SELECT pg_advisory_xact_lock(hashtext('announcement'), hashtext(${announcement.system}))`.execute(tx);
    const pin = await pinKey(deps, tx, announcement);
    if (pin !== 'pinned') {
      if (pin === 'newly_refused') await auditRefusedKey(deps, tx, announcement);
      return 'key_refused';
    }
    return put(deps, tx, announcement);
  });
  if (outcome === 'saved') deps.publishChange();
  return outcome;
}

async function put({ clock }: Deps, tx: Transaction, announcement: Announcement): Promise<AnnouncementOutcome> {
  const now = clock();
  const { system, appVersion } = announcement;
  const current = await currentFacts(tx, system);
  const fresh = current !== undefined && now.getTime() - current.announced_at.getTime() < ROLL_OUT_MS;
  if (fresh && compareVersions(appVersion, current.app_version) < 0) return 'older_version';
  const contentHash = hashOf(announcement);
  if (current?.content_hash === contentHash) {
    // Said every 10 s by every replica and heard by every door: the large column is left alone.
    await tx.updateTable('announcements').set({ announced_at: now }).where('system', '=', system).execute();
    return 'unchanged';
  }
  const values = {
    app_version: appVersion,
    announcement: JSON.stringify(announcement),
    content_hash: contentHash,
    announced_at: now,
  };
  await tx
    .insertInto('announcements')
    .values({ system, ...values })
    .onConflict((conflict) => conflict.column('system').doUpdateSet(values))
    .execute();
  return 'saved';
}

function currentFacts(tx: Transaction, system: string) {
  return tx
    .selectFrom('announcements')
    .select(['app_version', 'content_hash', 'announced_at'])
    .where('system', '=', system)
    .executeTakeFirst();
}

/** Replicas differ in their `instance` and nothing else. */
function hashOf(announcement: Announcement): string {
  return createHash('sha256')
    .update(canonical({ ...announcement, instance: '' }))
    .digest('base64url');
}

/** Every system that ever announced itself, by name, with the time when it was last heard. */
export async function listAnnouncements(db: DbOrTransaction): Promise<KnownSystem[]> {
  const rows = await db.selectFrom('announcements').selectAll().orderBy('system').execute();
  return rows.map(({ announcement, announced_at }) => ({
    announcement: Announcement.parse(announcement),
    announcedAt: announced_at,
  }));
}

/** What one system announced; undefined when it never did. */
export async function findAnnouncement(db: DbOrTransaction, system: string): Promise<Announcement | undefined> {
  const row = await db
    .selectFrom('announcements')
    .select('announcement')
    .where('system', '=', system)
    .executeTakeFirst();
  return row && Announcement.parse(row.announcement);
}
