import type { JsonSchema } from '@devmesh/contracts';

export interface Place {
  path: string;
  schema: JsonSchema;
}

/** Every object schema, at whatever depth. */
export function objectsIn(schema: JsonSchema, path = ''): Place[] {
  const here = schema['type'] === 'object' ? [{ path: path || '(input)', schema }] : [];
  return [...here, ...partsOf(schema, path).flatMap((part) => objectsIn(part.schema, part.path))];
}

/** Every named field, at whatever depth. */
export function propertiesIn(schema: JsonSchema, path = ''): Place[] {
  return [...named(schema, path), ...partsOf(schema, path).flatMap((part) => propertiesIn(part.schema, part.path))];
}

/** Whether a JSON pointer leads to a field. */
export function reaches(schema: JsonSchema, pointer: string): boolean {
  return propertiesIn(schema).some(({ path }) => `/${path.replaceAll('.', '/')}` === pointer);
}

function named(schema: JsonSchema, path: string): Place[] {
  return Object.entries(asSchema(schema['properties'])).map(([name, inner]) => ({
    path: path === '' ? name : `${path}.${name}`,
    schema: asSchema(inner),
  }));
}

function partsOf(schema: JsonSchema, path: string): Place[] {
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].map((key) => schema[key]).filter(Array.isArray);
  const unnamed = [...lists.flat(), schema['items'], schema['additionalProperties']].filter(isSchema);
  return [...named(schema, path), ...unnamed.map((inner) => ({ path, schema: inner }))];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asSchema(value: unknown): JsonSchema {
  return isSchema(value) ? value : {};
}
