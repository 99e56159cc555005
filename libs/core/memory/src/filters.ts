import { AppError } from '@devmesh/contracts';
import { sql } from '@devmesh/store';
import { clean, isObject } from './message.ts';
import { filterable } from './metadata.ts';
import { Timestamp } from './timestamp.ts';

type Sql = ReturnType<typeof sql>;
export const FILTER_OPERATORS = ['$eq', '$ne', '$in', '$gte', '$lte', '$contains'] as const;
type Operator = (typeof FILTER_OPERATORS)[number];
const MAX_FILTERS = 32;

/** Fields of the context, as JSON; times compare as the ISO texts that clients see. */
const CONTEXT_FIELDS: Readonly<Record<string, Sql>> = {
  id: sql`to_jsonb(c.id)`,
  context_id: sql`to_jsonb(c.id)`,
  user_id: sql`to_jsonb(c.user_id)`,
  agent_id: sql`to_jsonb(c.agent_id)`,
  model_id: sql`to_jsonb(c.model_id)`,
  session_id: sql`to_jsonb(c.session_id)`,
  name: sql`to_jsonb(c.name)`,
  version: sql`to_jsonb(c.version)`,
  message_count: sql`to_jsonb(c.message_count)`,
  created_at: sql`${iso(sql`c.created_at`)}`,
  updated_at: sql`${iso(sql`c.updated_at`)}`,
  expires_at: sql`${iso(sql`c.expires_at`)}`,
};

/** Fields of the piece itself. */
const PIECE_FIELDS: Readonly<Record<string, Sql>> = {
  speakers: sql`p.speakers::jsonb`,
  role: sql`p.speakers::jsonb`,
  chunk_type: sql`'"conversation"'::jsonb`,
  message_range: sql`jsonb_build_array(p.first_message, p.last_message)`,
  said_at: sql`${iso(sql`p.said_at`)}`,
};

/** Of these an equality is answered by an index. */
const TEXT_COLUMNS: Readonly<Record<string, Sql>> = {
  id: sql`c.id`,
  context_id: sql`c.id`,
  user_id: sql`c.user_id`,
  agent_id: sql`c.agent_id`,
  model_id: sql`c.model_id`,
  session_id: sql`c.session_id`,
  name: sql`c.name`,
};
const TIMES: ReadonlySet<string> = new Set(['created_at', 'updated_at', 'expires_at', 'said_at']);

/**
 * Conditions over a context `c` and its piece `p`, from `{field: value}` or `{field: {$operator: value}}`. A field is looked up
 * in the context's own fields, in its metadata (`a.b` goes into objects) and in the piece; one that fits is enough, and `$ne`
 * wants none to fit. Throws invalid_input.
 */
export function filterConditions(filters: Record<string, unknown> | null | undefined): Sql[] {
  const entries = Object.entries(filters ?? {});
  if (entries.length > MAX_FILTERS)
    throw new AppError('invalid_input', `At most ${MAX_FILTERS} filters; these are ${entries.length}.`);
  return entries.flatMap(([field, wanted]) => conditionsOf(clean(field), wanted));
}

/** A field of the context or of its metadata is this text; no piece is looked at. */
export function fieldEquals(field: string, value: string): Sql {
  return anyOf(equalities(field, value));
}

/** For query strings, where a 3 and a "3" look the same. */
export function metadataText(path: string, value: string): Sql {
  return sql`c.facts #>> ARRAY[${sql.join(pathOf(clean(path)))}]::text[] = ${clean(value)}`;
}

function conditionsOf(field: string, wanted: unknown): Sql[] {
  if (!isObject(wanted) || !Object.keys(wanted).some((name) => name.startsWith('$')))
    return [condition(field, '$eq', wanted)];
  return Object.entries(wanted).map(([operator, value]) => condition(field, operatorOf(field, operator), value));
}

function operatorOf(field: string, name: string): Operator {
  const operator = FILTER_OPERATORS.find((known) => known === name);
  if (operator) return operator;
  throw new AppError('invalid_input', `Filter "${field}" uses the unknown operator "${name}".`, {
    suggestion: `Use one of ${FILTER_OPERATORS.join(', ')}.`,
    details: { operators: [...FILTER_OPERATORS] },
  });
}

function condition(field: string, operator: Operator, value: unknown): Sql {
  if (operator === '$ne') return sql`NOT coalesce(${condition(field, '$eq', value)}, false)`;
  if (operator === '$in') return inList(field, value);
  if (operator === '$eq') return anyOf(equalities(field, value));
  const wanted = json(TIMES.has(field) ? isoTime(value) : value);
  return anyOf(placesOf(field).map((place) => compare(place, operator, wanted)));
}

function equalities(field: string, value: unknown): Sql[] {
  const wanted = json(TIMES.has(field) ? isoTime(value) : value);
  const column = own(TEXT_COLUMNS, field);
  const context =
    column && typeof value === 'string' ? sql`${column} = ${clean(value)}` : equal(own(CONTEXT_FIELDS, field), wanted);
  // Containment of a scalar is equality, and the index over `facts` answers it.
  const path = pathOf(field);
  const metadata =
    typeof value === 'object' ? equal(placeIn(path), wanted) : sql`c.facts @> ${nested(path, wanted)}::jsonb`;
  return [context, metadata, equal(own(PIECE_FIELDS, field), wanted)].filter((each) => each !== undefined);
}

function equal(place: Sql | undefined, wanted: string): Sql | undefined {
  return place && sql`${place} = ${wanted}::jsonb`;
}

function inList(field: string, value: unknown): Sql {
  if (!Array.isArray(value))
    throw new AppError('invalid_input', `Filter "${field}": $in takes a list.`, {
      suggestion: `{"${field}": {"$in": ["a", "b"]}}`,
    });
  return value.length === 0 ? sql`false` : anyOf(value.slice(0, 1000).map((one) => condition(field, '$eq', one)));
}

function placesOf(field: string): Sql[] {
  return [own(CONTEXT_FIELDS, field), placeIn(pathOf(field)), own(PIECE_FIELDS, field)].filter(
    (place) => place !== undefined,
  );
}

function own(fields: Readonly<Record<string, Sql>>, field: string): Sql | undefined {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** `metadata.a.b`, or `a.b`. */
function pathOf(field: string): string[] {
  return field.replace(/^metadata\./, '').split('.');
}

function placeIn(path: readonly string[]): Sql {
  return sql`c.facts #> ARRAY[${sql.join(path)}]::text[]`;
}

function nested(path: readonly string[], value: string): string {
  return path.reduceRight((inner, step) => `{${JSON.stringify(step)}:${inner}}`, value);
}

function isoTime(value: unknown): unknown {
  const parsed = Timestamp.safeParse(value);
  return parsed.success ? parsed.data : value;
}

function compare(place: Sql, operator: '$gte' | '$lte' | '$contains', value: string): Sql {
  switch (operator) {
    case '$gte':
      return sql`(jsonb_typeof(${place}) = jsonb_typeof(${value}::jsonb) AND ${place} >= ${value}::jsonb)`;
    case '$lte':
      return sql`(jsonb_typeof(${place}) = jsonb_typeof(${value}::jsonb) AND ${place} <= ${value}::jsonb)`;
    case '$contains':
      return sql`CASE jsonb_typeof(${place})
        WHEN 'string' THEN strpos(lower(${place} #>> '{}'), lower(${value}::jsonb #>> '{}')) > 0
        WHEN 'array' THEN ${place} @> ${value}::jsonb OR ${place} @> jsonb_build_array(${value}::jsonb)
        ELSE ${place} @> ${value}::jsonb END`;
  }
}

function anyOf(conditions: Sql[]): Sql {
  return sql`(${sql.join(conditions, sql` OR `)})`;
}

function iso(time: Sql): Sql {
  return sql`to_jsonb(to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
}

function json(value: unknown): string {
  return JSON.stringify(filterable(value ?? null, 'a filter'));
}
