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
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((key) =>
    Array.isArray(schema[key]) ? (schema[key] as unknown[]) : [],
  );
  const single = [schema['items'], schema['additionalProperties']];
  return [...named(schema, path), ...[...lists, ...single].map((inner) => ({ path, schema: asSchema(inner) }))];
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}
