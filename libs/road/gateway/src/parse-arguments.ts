import { AppError, type JsonSchema, type ToolDescriptor } from '@devmesh/contracts';
import { nearestName } from '@devmesh/runtime';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

/** Checks a call's arguments once; everybody later sees the value that comes out. */
export type ArgumentParser = (args: unknown) => Record<string, unknown>;

/**
 * Makes parsers from tools' JSON Schemas. A schema is compiled at its first call, by itself: one that cannot be compiled
 * costs that one tool and no other.
 */
export function createArgumentParsers(): (tool: ToolDescriptor) => ArgumentParser {
  const known = new Map<string, ValidateFunction>();
  return ({ system, name, inputSchema, schemaHash }) => {
    const key = `${system} ${name} ${schemaHash}`;
    return (args) => {
      const validate = known.get(key) ?? compile(inputSchema);
      known.set(key, validate);
      return parse(name, inputSchema, validate, args);
    };
  };
}

// Formats are the adapter's own to check: it parses again, strictly.
function compile(schema: JsonSchema): ValidateFunction {
  return new Ajv2020({ allErrors: true, useDefaults: true, strict: false, validateFormats: false }).compile(schema);
}

function parse(tool: string, schema: JsonSchema, validate: ValidateFunction, args: unknown): Record<string, unknown> {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new AppError('invalid_input', `The arguments of ${tool} must be one JSON object.`);
  }
  const value = coerce(schema, structuredClone(args)) as Record<string, unknown>;
  if (validate(value)) return value;
  throw refusal(tool, schema, validate.errors ?? []);
}

// "5" is accepted for 5, and nothing else is bent: a null or an empty string stays what it is, and is refused.
function coerce(schema: JsonSchema, value: unknown): unknown {
  if (typeof value === 'string') return fromString(typesOf(schema), value);
  if (Array.isArray(value)) return isSchema(schema['items']) ? coerceItems(schema['items'], value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const properties = schema['properties'];
  if (!isSchema(properties)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coerceProperty(properties[key], inner)]));
}

function coerceItems(schema: JsonSchema, items: unknown[]): unknown[] {
  return items.map((item) => coerce(schema, item));
}

function coerceProperty(schema: unknown, value: unknown): unknown {
  return isSchema(schema) ? coerce(schema, value) : value;
}

// `nullable` is an `anyOf` with null.
function typesOf({ type, anyOf }: JsonSchema): unknown[] {
  const own: unknown[] = Array.isArray(type) ? type : [type];
  return Array.isArray(anyOf) ? [...own, ...anyOf.filter(isSchema).flatMap(typesOf)] : own;
}

function fromString(types: readonly unknown[], text: string): unknown {
  if (types.includes('string')) return text;
  if (types.includes('integer') && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (types.includes('number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Somebody who sends a thousand wrong arguments learns of the first. */
const MAX_FAULTS = 50;

function refusal(tool: string, schema: JsonSchema, errors: readonly ErrorObject[]): AppError {
  const fields: Record<string, string> = {};
  const suggestions: string[] = [];
  for (const error of errors.slice(0, MAX_FAULTS)) {
    const { field, message } = describe(error);
    fields[field] = message;
    const meant =
      error.keyword === 'additionalProperties' ? nearestName(field, Object.keys(propertiesOf(schema))) : undefined;
    if (meant !== undefined) suggestions.push(`Did you mean "${meant}"?`);
  }
  const sentence = Object.entries(fields)
    .slice(0, 5)
    .map(([field, message]) => `${field} ${message}`)
    .join('; ');
  return new AppError('invalid_input', `The arguments of ${tool} do not fit: ${sentence}.`, {
    details: { fields },
    suggestion: suggestions[0] ?? `Arguments of ${tool}: ${Object.keys(propertiesOf(schema)).join(', ') || 'none'}.`,
  });
}

function describe({ keyword, instancePath, params, message }: ErrorObject): { field: string; message: string } {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const inner = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (keyword === 'additionalProperties')
    return { field: inner(String(params['additionalProperty'])), message: 'is not an argument' };
  if (keyword === 'required') return { field: inner(String(params['missingProperty'])), message: 'is missing' };
  if (keyword === 'enum')
    return {
      field: path || 'arguments',
      message: `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`,
    };
  return { field: path || 'arguments', message: message ?? 'does not fit' };
}

function propertiesOf(schema: JsonSchema): JsonSchema {
  return isSchema(schema['properties']) ? schema['properties'] : {};
}
