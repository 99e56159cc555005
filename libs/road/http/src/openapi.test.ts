import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { PageQuery } from './list.ts';
import { openApiDocument } from './openapi.ts';
import { noContent, reply } from './reply.ts';

const read = defineRoute({
  name: 'things.read',
  method: 'GET',
  path: '/things/:id',
  summary: 'Read',
  params: z.object({ id: z.string().describe('Which.') }),
  query: PageQuery,
  access: 'key',
  scope: 'read',
  handler: ({ params }) => reply({ id: params.id }),
  responses: { 200: z.object({ id: z.string() }).describe('The thing.') },
});
const approve = defineRoute({
  name: 'things.approve',
  method: 'POST',
  path: '/things/:id',
  summary: 'Approve',
  body: z.object({ reason: z.string().default('none'), at: z.date().optional() }),
  access: 'person',
  idempotent: true,
  compat: 'Jamie',
  handler: () => noContent(),
  responses: { 204: z.undefined() },
});
const page = defineRoute({
  name: 'page',
  method: 'GET',
  path: '/page',
  summary: 'Page',
  access: 'public',
  hidden: true,
  handler: () => noContent(),
  responses: {},
});

test('says what is no JSON by its own type, and the header of whoever sees to repeats itself', () => {
  const { paths } = openApiDocument(
    [
      { ...read, name: 'export', produces: 'application/x-ndjson', responses: {} },
      { ...approve, idempotent: 'handler' },
    ],
    { title: 'DevMesh', version: '1' },
  ) as { paths: Record<string, Record<string, unknown>> };
  expect(paths['/things/{id}']?.['get']).toMatchObject({
    responses: { 200: { content: { 'application/x-ndjson': { schema: { type: 'string' } } } } },
  });
  expect(paths['/things/{id}']?.['post']).toMatchObject({ parameters: [{ in: 'path' }, { name: 'Idempotency-Key' }] });
});

test('describes each route from the object that answers it', () => {
  const document = openApiDocument([read, approve, page], { title: 'DevMesh', version: '1', serverUrl: 'http://x' });
  const paths = document['paths'] as Record<string, Record<string, unknown>>;
  expect(Object.keys(paths)).toEqual(['/things/{id}']);
  expect(paths['/things/{id}']?.['get']).toMatchObject({
    operationId: 'things.read',
    security: [{ bearer: [] }, { apiKey: [] }],
    'x-scope': 'read',
    parameters: [
      { name: 'id', in: 'path', required: true, description: 'Which.', schema: { type: 'string' } },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 200 } },
      { name: 'cursor', in: 'query', required: false },
    ],
    responses: {
      200: {
        description: 'The thing.',
        content: { 'application/json': { schema: { properties: { id: { type: 'string' } } } } },
      },
      default: { $ref: '#/components/responses/Error' },
    },
  });
  expect(paths['/things/{id}']?.['post']).toMatchObject({
    'x-compat': 'Jamie',
    parameters: [
      { name: 'id', in: 'path' },
      { name: 'Idempotency-Key', in: 'header' },
    ],
    // A field with a default need not be sent, and unknown ones are refused.
    requestBody: {
      content: {
        'application/json': { schema: { properties: { reason: { type: 'string' } }, additionalProperties: false } },
      },
    },
    responses: { 204: { description: 'It worked.' } },
  });
  expect(JSON.stringify(paths)).not.toContain('"required":["reason"');
});
