import { z } from 'zod';

export interface JobDefinition<Payload extends z.ZodType = z.ZodType> {
  payload: Payload;
  attempts: number;
  backoffMs: number;
  timeoutMs: number;
  concurrency: number;
  /** Run by a scheduler, once however many workers there are. */
  everyMs?: number;
}

const ofOrganization = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object({ organizationId: z.string(), ...shape });
const sweep = (everyMs: number): JobDefinition<z.ZodObject> => ({
  payload: z.object({}),
  attempts: 1,
  backoffMs: 0,
  timeoutMs: 60_000,
  concurrency: 1,
  everyMs,
});

/**
 * The job catalog: it types producers and workers. A job carries only ids, the row is the truth, and for every job with a
 * row there is a sweep that finds rows whose job was lost.
 */
export const jobs = {
  /** Executes an approved call, once. */
  'call.execute': {
    payload: ofOrganization({ callId: z.string() }),
    attempts: 5,
    backoffMs: 500,
    timeoutMs: 330_000,
    concurrency: 10,
  },
  /** Cuts a context's new messages into pieces and makes them searchable. */
  'context.index': {
    payload: ofOrganization({ contextId: z.string() }),
    attempts: 8,
    backoffMs: 250,
    timeoutMs: 60_000,
    concurrency: 4,
  },
  'approval.sweep': sweep(5_000),
  'call.sweep': sweep(10_000),
  'context.sweep': sweep(10_000),
  'evidence.sweep': sweep(60_000),
  'audit.seal': sweep(2_000),
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.infer<(typeof jobs)[Name]['payload']>;
