import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Json } from '../client.fixtures.ts';
import { openRest, type Rest } from '../rest.fixtures.ts';

let rest: Rest;
let document: Json;
let operations: { path: string; method: string; operation: Json }[];

beforeAll(async () => {
  rest = await openRest();
  document = (await rest.anonymous.get('/api/v1/openapi.json')).body;
  operations = Object.entries(document.paths as Json).flatMap(([path, of]) =>
    Object.entries(of as Json).map(([method, operation]) => ({ path, method, operation })),
  );
});
afterAll(() => rest.close());

test('the document is OpenAPI 3.1 and says every route that is not hidden, once', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'DevMesh', version: '0.0.1' } });
  const said = operations.map(({ operation }) => operation.operationId);
  const mounted = rest.door.routes().filter(({ hidden }) => hidden !== true);
  expect(said.sort()).toEqual(mounted.map(({ name }) => name).sort());
  expect(new Set(said).size).toBe(said.length);
});

test('every operation has a summary, its parameters, and at least one answer with a described body', () => {
  for (const { path, method, operation } of operations) {
    const where = `${method} ${path}`;
    expect([where, operation.summary]).toEqual([where, expect.any(String)]);
    const inPath = operation.parameters.filter((parameter: Json) => parameter.in === 'path');
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect([where, inPath.map(({ name }: Json) => name)]).toEqual([where, wanted]);
    expect(inPath.every(({ required }: Json) => required === true)).toBe(true);
    for (const parameter of operation.parameters)
      expect([where, parameter.schema]).toEqual([where, expect.any(Object)]);
    const answers = Object.entries(operation.responses as Json).filter(([status]) => /^2\d\d$/.test(status));
    expect([where, answers.length > 0]).toEqual([where, true]);
    for (const [status, answer] of answers)
      expect([where, status, status === '204' || (answer as Json).content !== undefined]).toEqual([
        where,
        status,
        true,
      ]);
    if (method === 'get' || method === 'delete') expect([where, operation.requestBody]).toEqual([where, undefined]);
  }
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(references.length).toBeGreaterThan(0);
  for (const reference of references) {
    const found = reference.split('/').reduce<Json>((at, key) => at?.[key], document);
    expect([reference, found]).toEqual([reference, expect.any(Object)]);
  }
});

test('pages, files and embeddings are not in it; nothing says a type that JSON Schema does not know', () => {
  const paths = Object.keys(document.paths);
  expect(paths.every((path) => path.startsWith('/api/v1/'))).toBe(true);
  expect(paths.filter((path) => path.includes('embedding'))).toEqual([]);
  const types = [...JSON.stringify(document.paths).matchAll(/"type":"(\w+)"/g)].map((match) => match[1]);
  expect(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']).toEqual(
    expect.arrayContaining([...new Set(types)]),
  );
});

test('what is no JSON is said by its own type, and what takes an idempotency key says so', () => {
  const of = (name: string) => operations.find(({ operation }) => operation.operationId === name)?.operation;
  expect(Object.keys(of('events').responses['200'].content)).toEqual(['text/event-stream']);
  expect(Object.keys(of('audit.export').responses['200'].content)).toEqual(['application/x-ndjson']);
  const takesKey = (name: string) => of(name).parameters.some(({ name: header }: Json) => header === 'Idempotency-Key');
  expect(['contexts.create', 'tools.execute', 'calls.undo', 'connections.create'].filter(takesKey)).toHaveLength(4);
  expect(takesKey('api_keys.create')).toBe(false);
});

test('the page and all it loads come from here, under a policy that lets nothing else in', async () => {
  const page = await rest.anonymous.get('/docs');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  expect(page.text).not.toMatch(/<script>|\son\w+=|https?:\/\//);
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(loaded).toHaveLength(3);
  for (const path of loaded) {
    const { status, headers, text } = await rest.anonymous.get(path);
    expect([path, status, text.length > 50]).toEqual([path, 200, true]);
    expect(headers.get('content-type')).toMatch(path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  // The viewer would otherwise show the document to a validator elsewhere.
  expect((await rest.anonymous.get('/docs/start.js')).text).toContain('validatorUrl: null');
});

test('no other file of the machine can be asked for', async () => {
  for (const path of ['/docs/package.json', '/docs/..%2fpackage.json', '/docs/%2e%2e/package.json'])
    expect([400, 404]).toContain((await rest.anonymous.get(path)).status);
});
