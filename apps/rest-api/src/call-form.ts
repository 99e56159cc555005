import type { CallRow } from '@devmesh/calls';
import { z } from 'zod';

/** A call in a list: the redacted input, never the sealed one. */
export const CallForm = z.object({
  id: z.string(),
  tool: z.string(),
  system: z.string(),
  effect: z.string(),
  state: z.string(),
  requester: z.string(),
  connection: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  undo_of: z.string().nullable(),
  can_undo: z.boolean(),
  door: z.string(),
  request_id: z.string().nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
});
export type CallForm = z.infer<typeof CallForm>;

export function callForm(row: CallRow): CallForm {
  return {
    id: row.id,
    tool: row.tool,
    system: row.system,
    effect: row.effect,
    state: row.state,
    requester: row.principal_label,
    connection: row.connection,
    input: row.input,
    undo_of: row.undo_of,
    can_undo: row.state === 'succeeded' && row.undo !== null,
    door: row.door,
    request_id: row.request_id,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    duration_ms: row.duration_ms,
  };
}
