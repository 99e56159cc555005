import { z } from 'zod';
import type { Route } from './define-route.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  description?: string;
  /** Where it is reached (PUBLIC_URL). */
  serverUrl?: string;
}

export type OpenApiDocument = Record<string, unknown>;

/** OpenAPI 3.1 of the routes that are not hidden: made from the very objects that answer. */
export function openApiDocument(
  routes: readonly Route[],
  { title, version, description, serverUrl }: OpenApiOptions,
): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes.filter(({ hidden }) => hidden !== true)) {
    const path = route.path.replace(/:([A-Za-z0-9_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      ...(description !== undefined && { description }),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(serverUrl !== undefined && { servers: [{ url: serverUrl }] }),
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: { Error: ERROR_SCHEMA },
      responses: { Error: ERROR_RESPONSE },
    },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key (`devmesh_…`) or an access token.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
};

const SECURITY: Readonly<Record<Route['access'], readonly Record<string, readonly string[]>[]>> = {
  public: [],
  key: [{ bearer: [] }, { apiKey: [] }],
  person: [{ bearer: [] }],
};

const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string', description: 'What happened.' },
        suggestion: { type: 'string', description: 'A next step that can be typed or done.' },
        details: { type: 'object', additionalProperties: true },
        retryable: { type: 'boolean' },
        request_id: { type: 'string' },
      },
    },
  },
};

const ERROR_RESPONSE = {
  description: 'It did not work; `Accept: application/problem+json` gives RFC 9457.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

const BODY_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  raw: 'application/octet-stream',
} as const;

function operation(route: Route): Record<string, unknown> {
  const { name, summary, description, tag, access, scope, compat, produces } = route;
  return {
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag ?? name.split('.')[0]],
    security: SECURITY[access],
    'x-access': access,
    ...(scope !== undefined && { 'x-scope': scope }),
    ...(compat !== undefined && { 'x-compat': compat }),
    parameters: [
      ...parametersIn('path', route.params, pathNames(route)),
      ...parametersIn('query', route.query),
      ...headersOf(route),
    ],
    ...(route.body !== undefined && { requestBody: requestBody(route, route.body) }),
    responses: {
      ...(produces !== undefined && {
        200: { description: 'It worked.', content: { [produces]: { schema: { type: 'string' } } } },
      }),
      ...Object.fromEntries(Object.entries(route.responses).map(([status, schema]) => [status, success(schema)])),
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

function requestBody({ bodyType = 'json' }: Route, body: z.ZodType) {
  return { required: true, content: { [BODY_TYPES[bodyType]]: { schema: jsonSchema(body, 'input') } } };
}

function success(schema: z.ZodType) {
  const description = schema.description ?? 'It worked.';
  const isEmpty = schema instanceof z.ZodUndefined || schema instanceof z.ZodNever || schema instanceof z.ZodVoid;
  return isEmpty
    ? { description }
    : { description, content: { 'application/json': { schema: jsonSchema(schema, 'output') } } };
}

/** One parameter per field of the schema; a name of the path that no schema types is a string. */
function parametersIn(
  where: 'path' | 'query',
  schema: z.ZodType | undefined,
  names: readonly string[] = [],
): unknown[] {
  const { properties = {}, required = [] } = schema === undefined ? {} : jsonSchema(schema, 'input');
  const known = properties as Record<string, { description?: string }>;
  return [...new Set([...names, ...Object.keys(known)])].map((name) => {
    const { description, ...rest } = known[name] ?? { type: 'string' };
    return {
      name,
      in: where,
      required: where === 'path' || (required as string[]).includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

function headersOf({ idempotent, method }: Route): unknown[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(idempotent === true || idempotent === 'handler'
      ? [header('Idempotency-Key', 'The same key gives the same answer for 24 hours.')]
      : []),
    ...(method === 'PUT' || method === 'PATCH'
      ? [header('If-Match', 'The ETag that was read; 409 when it has changed since.')]
      : []),
  ];
}

function pathNames({ path }: Route): string[] {
  return [...path.matchAll(/:([A-Za-z0-9_]+)/g)].map((match) => match[1] ?? '');
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  // What JSON Schema cannot say (a transform, bytes) is shown as "anything" rather than failing the document.
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
