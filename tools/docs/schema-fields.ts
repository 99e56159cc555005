import type { JsonSchema } from '@devmesh/contracts';

/** One field of an object, as a table shows it. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
  /** As JSON; absent where there is none. */
  default: string | undefined;
  description: string;
}

/** The fields of an object's JSON Schema, in their own order. */
export function fieldsOf(schema: JsonSchema): Field[] {
  const required = new Set(listOf(schema['required']));
  return Object.entries(objectOf(schema['properties'])).map(([name, field]) => {
    const facts = objectOf(field);
    return {
      name,
      type: typeOf(facts),
      required: required.has(name),
      default: 'default' in facts ? JSON.stringify(facts['default']) : undefined,
      description: typeof facts['description'] === 'string' ? facts['description'] : '',
    };
  });
}

/** What may stand there, in a few words: `integer, 1 to 500`, `list of string`, `"a" or "b"`. */
export function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' or ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return [...new Set(choices.map((choice) => typeOf(objectOf(choice))))].join(' or ');
  if (schema['type'] === 'array') return listType(schema);
  if (schema['type'] === 'object') return objectType(schema);
  if (typeof schema['type'] === 'string') return `${wordFor(schema)}${bounds(schema)}`;
  // A transform cannot be described; what comes out of it when nothing is given can.
  return Array.isArray(schema['default']) ? 'list' : 'anything';
}

function listType(schema: JsonSchema): string {
  const items = typeOf(objectOf(schema['items']));
  return items === 'anything' ? 'list' : `list of ${items.includes(' or ') ? `(${items})` : items}`;
}

function objectType(schema: JsonSchema): string {
  const names = fieldsOf(schema).map(({ name, required }) => (required ? name : `${name}?`));
  return names.length === 0 ? 'object' : `object {${names.join(', ')}}`;
}

function wordFor({ type, format }: JsonSchema): string {
  if (format === 'uri') return 'URL';
  if (format === 'date-time') return 'date and time';
  if (format === 'email') return 'e-mail';
  return String(type);
}

// zod writes the bounds of a safe integer where nobody set any.
function bounds({ type, minimum, maximum, minLength, maxLength }: JsonSchema): string {
  if (type === 'string') return range(minLength, maxLength, ' characters');
  const meant = (value: unknown) => (Math.abs(Number(value)) >= Number.MAX_SAFE_INTEGER ? undefined : value);
  return range(meant(minimum), meant(maximum), '');
}

function range(least: unknown, most: unknown, unit: string): string {
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return `, ${String(least)}${unit} or more`;
  return least === undefined ? `, at most ${String(most)}${unit}` : `, ${String(least)} to ${String(most)}${unit}`;
}

function objectOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
