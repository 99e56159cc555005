import { expect, test } from '@jest/globals';
import { defineRoute } from './define-route.ts';
import type { Method } from './define-route.ts';
import { noContent } from './reply.ts';
import { routeTable } from './route-table.ts';

const routes = (
  ['GET /a/:id', 'GET /a/search', 'POST /a', 'DELETE /a/:id', 'GET /files/*path', 'GET /', 'GET /:x/deep/:y'] as const
).map((text) => {
  const [method, path] = text.split(' ') as [Method, string];
  return defineRoute({
    name: text,
    method,
    path,
    summary: text,
    access: 'public',
    handler: () => noContent(),
    responses: {},
  });
});
const table = routeTable(routes, (route) => (_request, response) => void response.setHeader('name', route.name));

function found(method: string, path: string) {
  const match = table.find(method, path);
  let name: unknown;
  void match?.handler({} as never, { setHeader: (_: string, value: string) => (name = value) } as never, () => {});
  return match === undefined ? undefined : { name, params: match.params };
}

test.each([
  ['GET', '/a/1', { name: 'GET /a/:id', params: { id: '1' } }],
  ['HEAD', '/a/1/', { name: 'GET /a/:id', params: { id: '1' } }],
  ['GET', '/A/Search', { name: 'GET /a/search', params: {} }],
  ['GET', '/a/x%2Fy%20z', { name: 'GET /a/:id', params: { id: 'x/y z' } }],
  ['GET', '/files/css/a.css', { name: 'GET /files/*path', params: { path: 'css/a.css' } }],
  ['GET', '/', { name: 'GET /', params: {} }],
  ['GET', '/b/deep/2', { name: 'GET /:x/deep/:y', params: { x: 'b', y: '2' } }],
  ['POST', '/a/1', undefined],
  ['GET', '/a/', undefined],
  ['GET', '/a//', undefined],
  ['GET', '/a/1/2', undefined],
  ['GET', '/files', undefined],
])('finds %s %s', (method, path, expected) => {
  expect(found(method, path)).toEqual(expected);
});

test('knows the methods of an address', () => {
  expect(table.methodsAt('/a/1').sort()).toEqual(['DELETE', 'GET']);
  expect(table.methodsAt('/nowhere/at/all')).toEqual([]);
});

test('does not decode what is not decodable', () => {
  expect(() => table.find('GET', '/a/%E0%A4%A')).toThrow(URIError);
});
