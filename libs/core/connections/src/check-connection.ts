import { AppError, type Announcement } from '@devmesh/contracts';
import { nearestName } from '@devmesh/runtime';
import type { DbOrTransaction } from '@devmesh/store';
import { sealTo } from '@devmesh/vault';
import { checkAgainst } from './announced-schema.ts';
import { findAnnouncement, listAnnouncements } from './announcements.ts';
import type { Deps } from './deps.ts';
import { addressesOf, assertAddress } from './endpoint.ts';
import { pinnedKey } from './system-keys.ts';

/** What the system itself said about its connections; `not_found` with the nearest name for an unknown one. */
export async function announcedSystem(db: DbOrTransaction, system: string): Promise<Announcement> {
  const known = await findAnnouncement(db, system);
  if (known) return known;
  const systems = (await listAnnouncements(db)).map(({ announcement }) => announcement.system);
  const nearest = nearestName(system, systems);
  throw new AppError('not_found', `There is no system "${system}" here. Known: ${systems.join(', ') || 'none yet'}.`, {
    suggestion:
      nearest === undefined ? `Start its adapter, so that it announces itself.` : `Did you mean "${nearest}"?`,
  });
}

/** Checks settings and every address in them; gives the settings with the schema's defaults. */
export function checkedSettings(
  deps: Deps,
  announced: Announcement,
  endpoint: string | undefined,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  const checked = checkAgainst(announced.settingsSchema, 'settings', settings) as Record<string, unknown>;
  for (const address of addressesOf(endpoint, checked))
    assertAddress(address, { allowPrivate: deps.allowPrivateEndpoints });
  return checked;
}

/** Checks a credential and seals it to the system's pinned key; null where there is none, if the system can do without. */
export async function sealedCredential(
  db: DbOrTransaction,
  announced: Announcement,
  credential: unknown,
): Promise<string | null> {
  const given = credential !== undefined && credential !== null;
  const checked = checkAgainst(announced.credentialSchema, 'credential', given ? credential : {});
  return given ? sealTo(await pinnedKey(db, announced.system), JSON.stringify(checked)) : null;
}
