import { AppError } from '@devmesh/contracts';
import { z } from 'zod';

/** A point in time as an agent writes it. */
export const Moment = z.string().min(1).max(40);

/** Unix seconds of a moment; now where there is none. Without a zone it is read as UTC. Throws `invalid_input`. */
export function secondsAt(field: string, moment: string | undefined, now: Date): number {
  if (moment === undefined) return now.getTime() / 1000;
  const text = moment.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes(':') ? text : `${text}Z`;
  const seconds = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(zoned) / 1000 : Number.NaN;
  if (!Number.isNaN(seconds)) return seconds;
  throw new AppError('invalid_input', `${field}: "${moment}" is not a time.`, {
    details: { fields: { [field]: 'is not a time' } },
    suggestion: 'Write it as 2026-01-31T12:00:00Z or as Unix seconds.',
  });
}

/** `2026-01-31T12:00:00Z` of Unix seconds. */
export function isoOf(seconds: number): string {
  return shortTime(new Date(seconds * 1000).toISOString());
}

/** The same without the fraction of the second, which nobody reads. */
export function shortTime(iso: string): string {
  return iso.replace(/\.\d+(?=Z|[+-]|$)/, '');
}
