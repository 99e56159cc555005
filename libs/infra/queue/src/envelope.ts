import { AppError, jobs, TraceContext } from '@devmesh/contracts';
import type { JobName, JobPayload } from '@devmesh/contracts';
import { z } from 'zod';

/** What lies in the backend: the trace goes beside the payload, so that a payload is only what its schema says. */
export const Envelope = z.object({ payload: z.unknown(), trace: TraceContext.default({}) });
export type Envelope = z.infer<typeof Envelope>;

/** @throws AppError `invalid_input` that names the job and what does not fit. */
export function parsePayload<Name extends JobName>(name: Name, payload: unknown): JobPayload<Name> {
  const parsed = jobs[name].payload.safeParse(payload);
  if (parsed.success) return parsed.data as JobPayload<Name>;
  throw new AppError('invalid_input', `This is no payload of job ${name}: ${z.prettifyError(parsed.error)}`);
}
