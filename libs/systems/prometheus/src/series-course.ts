import { z } from 'zod';
import { labelText, sampleValue, short } from './label-table.ts';
import { isoOf } from './moment.ts';
import type { Series } from './prometheus-client.ts';

/** More than these are told apart by their figures; every value of each would be too much to read. */
const MAX_SERIES_IN_FULL = 3;

const Figure = z.number().nullable();
const Value = z.union([z.number(), z.string()]);

/** One series over time, whole. */
export const Course = z.object({
  labels: z.record(z.string(), z.string()),
  min: Figure,
  max: Figure,
  avg: Figure,
  last: Value.nullable(),
  points: z.array(z.tuple([z.number(), Value])).describe('[Unix seconds, value]'),
});
export type Course = z.infer<typeof Course>;

export function courseOf({ metric, values }: Series): Course {
  const points = values.map(([at, value]): [number, number | string] => [at, sampleValue(value)]);
  const numbers = points.map(([, value]) => value).filter((value) => typeof value === 'number');
  const some = numbers.length > 0;
  return {
    labels: metric,
    min: some ? Math.min(...numbers) : null,
    max: some ? Math.max(...numbers) : null,
    avg: some ? numbers.reduce((sum, value) => sum + value, 0) / numbers.length : null,
    last: points.at(-1)?.[1] ?? null,
    points,
  };
}

/** The figures of each, and below them, of a few, every value: a line for each time, a column for each series. */
export function coursesText(courses: readonly Course[]): string {
  const heads = courses.map(headOf);
  return courses.length > MAX_SERIES_IN_FULL ? heads.join('\n') : [...heads, ...lines(courses)].join('\n');
}

function headOf(course: Course): string {
  return `${labelText(course.labels)} ${figuresOf(course)}`;
}

/** `min 1 avg 2 max 3 last 2` */
export function figuresOf({ min, avg, max, last }: Course): string {
  return `min ${short(min)} avg ${short(avg)} max ${short(max)} last ${short(last)}`;
}

function lines(courses: readonly Course[]): string[] {
  const columns = courses.map(({ points }) => new Map(points));
  const times = [...new Set(courses.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  return times.map((at) => [isoOf(at), ...columns.map((column) => short(column.get(at) ?? null))].join(' '));
}
