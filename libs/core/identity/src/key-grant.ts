import { AppError, type Principal, type RateLimit, RateLimit as RateLimitSchema, Scope } from '@devmesh/contracts';
import { z } from 'zod';
import { coversScope } from './roles.ts';

/** `POST /api/v1/api-keys`. */
export const CreateKey = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(Scope).min(1).max(50).optional().describe('Default: read and memory:write, as far as you hold them.'),
  expires_in_days: z.int().min(1).max(3_650).optional().describe('Default: 90.'),
  toolset: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*(,[a-z][a-z0-9_-]*)*$/, 'must be names of toolsets, separated by commas')
    .max(500)
    .optional()
    .describe('Default: observe.'),
  rate_limit: RateLimitSchema.optional(),
  context_user_id: z.string().min(1).max(255).optional().describe('Binds the key to the contexts of one `user_id`.'),
});
export type CreateKey = z.infer<typeof CreateKey>;

export interface Grant {
  scopes: string[];
  toolset: string;
  rateLimit?: RateLimit | undefined;
  contextUserId?: string | undefined;
}

const DEFAULT_SCOPES = ['read', 'memory:write'];
const DEFAULT_TOOLSET = 'observe';
/** What a key without a limit of its own has. */
const DEFAULT_RATE_LIMIT: RateLimit = { capacity: 3_000, refillPerMinute: 1_000 };

/** What the new key may do. Nobody grants more than they hold: `forbidden` says what was too much. */
export function grantFrom(principal: Principal, wanted: CreateKey, maxRateLimit: RateLimit): Grant {
  return {
    scopes: grantedScopes(principal, wanted.scopes),
    toolset: grantedToolset(principal, wanted.toolset),
    rateLimit: grantedRateLimit(principal, wanted.rate_limit, maxRateLimit),
    contextUserId: grantedBinding(principal, wanted.context_user_id),
  };
}

function grantedScopes({ scopes: held }: Principal, wanted: readonly string[] | undefined): string[] {
  if (!wanted) return DEFAULT_SCOPES.filter((scope) => coversScope(held, scope));
  const tooMuch = wanted.filter((scope) => !coversScope(held, scope));
  if (tooMuch.length > 0) throw moreThanHeld('scopes', tooMuch.join(', '), held.join(', '));
  return [...new Set(wanted)];
}

function grantedToolset({ toolset: held }: Principal, wanted: string | undefined): string {
  const names = held.split(',');
  const covers = (name: string) => held === 'all' || names.includes(name);
  if (wanted === undefined) return covers(DEFAULT_TOOLSET) ? DEFAULT_TOOLSET : held;
  const tooMuch = wanted.split(',').filter((name) => !covers(name));
  if (tooMuch.length > 0) throw moreThanHeld('toolset', tooMuch.join(','), held);
  return wanted;
}

/** Without a limit of its own an administrator may raise a key's limit as far as the installation allows. */
function grantedRateLimit(
  { rateLimit, scopes }: Principal,
  wanted: RateLimit | undefined,
  max: RateLimit,
): RateLimit | undefined {
  if (!wanted) return rateLimit;
  const bound = rateLimit ?? (scopes.includes('admin') ? max : DEFAULT_RATE_LIMIT);
  if (wanted.capacity <= bound.capacity && wanted.refillPerMinute <= bound.refillPerMinute) return wanted;
  throw moreThanHeld('rate_limit', JSON.stringify(wanted), JSON.stringify(bound));
}

function grantedBinding({ contextUserId }: Principal, wanted: string | undefined): string | undefined {
  if (contextUserId === undefined || wanted === undefined || wanted === contextUserId) return wanted ?? contextUserId;
  throw moreThanHeld('context_user_id', wanted, contextUserId);
}

function moreThanHeld(field: string, wanted: string, held: string): AppError {
  return new AppError(
    'forbidden',
    `Nobody can grant more than they hold: ${field} ${wanted} is beyond ${held || 'nothing'}.`,
    {
      details: { field, held },
      suggestion: `Ask for less, or let somebody who holds it make the key.`,
    },
  );
}
