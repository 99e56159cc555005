import { type Transaction, sql } from '@devmesh/store';

/** Something that doors have to forget: a revoked key, an ended session, a person whose rights changed. */
export interface Change {
  kind: 'key' | 'session' | 'user';
  id: string;
}

/** A door that was away for longer forgets everything instead. */
const KEPT_CHANGES = 10_000;

/**
 * Notes `changes` in the caller's transaction, one generation each. The generation row serialises writers, so that
 * generations become visible in their order and a reader that has seen one never misses a smaller one.
 * After the commit, call `publishChanges`.
 */
export async function recordChanges(
  tx: Transaction,
  organizationId: string,
  changes: readonly Change[],
  at: Date,
): Promise<void> {
  if (changes.length === 0) return;
  const { generation } = await tx
    .updateTable('identity_generation')
    .set({ generation: sql<number>`generation + ${changes.length}` })
    .where('id', '=', 1)
    .returning('generation')
    .executeTakeFirstOrThrow();
  const first = Number(generation) - changes.length + 1;
  await tx
    .insertInto('identity_changes')
    .values(
      changes.map(({ kind, id }, index) => ({
        generation: first + index,
        organization_id: organizationId,
        subject_kind: kind,
        subject_id: id,
        changed_at: at,
      })),
    )
    .execute();
  await tx
    .deleteFrom('identity_changes')
    .where('generation', '<=', Number(generation) - KEPT_CHANGES)
    .execute();
}
