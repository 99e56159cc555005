import { z } from 'zod';
import { CallState } from './call.ts';

/** What an organisation may follow over SSE. The bus is ephemeral: rows are the truth, an event is a hint to look. */
export const OrganizationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call.changed'), call_id: z.string(), tool: z.string(), state: CallState }),
  z.object({
    type: z.literal('approval.changed'),
    approval_id: z.string(),
    call_id: z.string(),
    status: z.enum(['pending', 'approved', 'refused', 'expired']),
  }),
  z.object({
    type: z.literal('context.changed'),
    context_id: z.string(),
    change: z.enum(['created', 'updated', 'deleted', 'indexed']),
  }),
  z.object({ type: z.literal('catalog.changed'), system: z.string() }),
]);
export type OrganizationEvent = z.infer<typeof OrganizationEvent>;

export const EventEnvelope = z.object({
  id: z.string(),
  organization_id: z.string(),
  at: z.iso.datetime(),
  event: OrganizationEvent,
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;
