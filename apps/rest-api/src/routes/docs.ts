import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineRoute, html, openApiDocument, textReply, type Door, type Route } from '@devmesh/http';
import { z } from 'zod';

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
};

const START = `window.onload = () => { window.ui = SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#docs', deepLinking: true, tryItOutEnabled: true, persistAuthorization: false }); };`;

// Everything from our own origin: no other host is ever asked. The viewer sets styles of its own at run time.
const POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`;

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>DevMesh API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;

/** The OpenAPI document, made from the routes themselves, and its page. */
export function docsRoutes(door: Pick<Door, 'routes'>, version: string): Route[] {
  let document: string | undefined;
  return [
    defineRoute({
      name: 'openapi',
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'This API as an OpenAPI 3.1 document',
      tag: 'docs',
      access: 'public',
      responses: {},
      handler() {
        document ??= JSON.stringify(openApiDocument(door.routes(), { title: 'DevMesh', version }));
        return textReply(document, 'application/json; charset=utf-8');
      },
    }),
    defineRoute({
      name: 'docs.page',
      method: 'GET',
      path: '/docs',
      summary: 'This API as a page',
      access: 'public',
      hidden: true,
      responses: {},
      handler: () => html(PAGE, { headers: { 'content-security-policy': POLICY } }),
    }),
    defineRoute({
      name: 'docs.asset',
      method: 'GET',
      path: '/docs/:asset',
      summary: 'Files of the page',
      access: 'public',
      hidden: true,
      params: z.object({ asset: z.enum(['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) }),
      responses: {},
      handler: ({ params }) =>
        textReply(assetText(params.asset), ASSETS[params.asset] ?? 'text/plain', {
          'cache-control': 'public, max-age=3600',
        }),
    }),
  ];
}

function assetText(name: string): string | Uint8Array {
  if (name === 'start.js') return START;
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFileSync(join(folder, name));
}
