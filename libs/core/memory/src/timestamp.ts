import { z } from 'zod';

const ZONE = /(Z|[+-]\d{2}:?\d{2})$/i;

/** An ISO 8601 time; without a zone (Python's `utcnow().isoformat()`) it is read as UTC. Parses to `…Z`. */
export const Timestamp = z
  .string()
  .max(40)
  .refine((text) => parse(text) !== undefined, 'not a time: use ISO 8601, such as 2026-11-20T10:00:00Z')
  .transform((text) => parse(text)?.toISOString() ?? text)
  .meta({ description: 'ISO 8601, such as 2026-11-20T10:00:00Z; without a zone it is UTC.' });

function parse(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const dated = text.length === 10 ? `${text}T00:00:00Z` : ZONE.test(text) ? text : `${text}Z`;
  const time = new Date(dated.replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? undefined : time;
}
