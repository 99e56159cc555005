import { z } from 'zod';

export const Role = z.enum(['viewer', 'operator', 'approver', 'auditor', 'admin', 'owner']);
export type Role = z.infer<typeof Role>;

/** `read`, `write`, `admin`, `memory:write`, or one system's: `kubernetes:write`. */
export const Scope = z.string().regex(/^(read|write|admin|[a-z][a-z0-9-]*:(read|write|admin))$/, 'unknown scope');
export type Scope = z.infer<typeof Scope>;

export const RateLimit = z.object({ capacity: z.int().min(1), refillPerMinute: z.int().min(1) });
export type RateLimit = z.infer<typeof RateLimit>;

/** Who is asking: made by a door from a key or a session, never by the caller. */
export const Principal = z.object({
  organizationId: z.string(),
  organizationSlug: z.string(),
  /** What idempotency, concurrency and history are counted by: `key:<id>` or `user:<id>`. */
  id: z.string(),
  /** `key`: an agent or service with an API key. `person`: somebody who signed in, in a session of their own. */
  kind: z.enum(['key', 'person']),
  userId: z.string().optional(),
  keyId: z.string().optional(),
  sessionId: z.string().optional(),
  /** For people and logs: the key's name or the person's e-mail. */
  label: z.string(),
  roles: z.array(Role),
  scopes: z.array(Scope),
  /** The boundary on what is listed *and* called: comma-separated toolset names. */
  toolset: z.string(),
  rateLimit: RateLimit.optional(),
  /** A key bound to one `user_id` sees only that one's contexts. */
  contextUserId: z.string().optional(),
});
export type Principal = z.infer<typeof Principal>;
