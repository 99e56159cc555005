import { InvalidArgumentError } from 'commander';

/** Parsers of option values: what they throw, commander reports with the option's name. */

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

/** An option that may be given several times. */
export function several(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** `a,b` and giving it twice come to the same. */
export function listed(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').map((part) => part.trim())].filter((part) => part !== '');
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A point in time, or how long ago: `2026-05-01T08:00:00Z`, `2h`. Answers ISO 8601. */
export function timeOf(clock: () => Date): (text: string) => string {
  return (text) => {
    const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(text) ?? [];
    const time =
      count === undefined
        ? new Date(zoned(text))
        : new Date(clock().getTime() - Number(count) * (UNITS[unit] ?? 0) * 1000);
    if (Number.isNaN(time.getTime()))
      throw new InvalidArgumentError('It must be a time such as 2026-05-01T08:00:00Z, or how long ago such as 2h.');
    return time.toISOString();
  };
}

// Without a zone it is UTC, as everywhere in DevMesh.
function zoned(text: string): string {
  return /T[\d:.]+$/.test(text) ? `${text}Z` : text;
}
