import { AppError, type JsonSchema, type ToolDescriptor } from '@devmesh/contracts';
import { nearestName } from '@devmesh/runtime';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

/** Checks a call's arguments once; everybody later sees the value that comes out. */
export type ArgumentParser = (args: unknown) => Record<string, unknown>;

/** Makes parsers from tools' JSON Schemas, one per schema. */
export function createArgumentParsers(): (
  tool: Pick<ToolDescriptor, 'name' | 'inputSchema' | 'schemaHash'>,
) => ArgumentParser {
  // Formats are the adapter's own to check: it parses again, strictly.
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: false, validateFormats: false });
  const known = new Map<string, ValidateFunction>();
  return ({ name, inputSchema, schemaHash }) => {
    const validate = known.get(schemaHash) ?? ajv.compile(inputSchema);
    known.set(schemaHash, validate);
    return (args) => parse(name, inputSchema, validate, args);
  };
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
  if (typeof value === 'string') return fromString(schema['type'], value);
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

function fromString(type: unknown, text: string): unknown {
  if (
    (type === 'integer' && /^-?\d{1,15}$/.test(text)) ||
    (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text))
  )
    return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(tool: string, schema: JsonSchema, errors: readonly ErrorObject[]): AppError {
  const fields: Record<string, string> = {};
  const suggestions: string[] = [];
  for (const error of errors) {
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
