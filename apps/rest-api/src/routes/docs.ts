import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineRoute, html, openApiDocument, textReply, type Door, type Route } from '@devmesh/http';
import { z } from 'zod';

const Asset = z.enum(['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']);
const ASSETS: Readonly<Record<z.infer<typeof Asset>, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
};

const START = `window.onload = () => { window.ui = SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#docs', validatorUrl: null, deepLinking: true, tryItOutEnabled: true, persistAuthorization: false }); };`;

// Everything from our own origin: no other host is ever asked. The viewer sets styles of its own at run time.
const POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`;

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>DevMesh API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;

/** The OpenAPI document, made from the routes themselves, and its page. */
export function docsRoutes(door: Pick<Door, 'routes'>, version: string): Route[] {
  let made: { of: readonly Route[]; text: string } | undefined;

  // More may be mounted after the first look.
  function documentText(): string {
    const of = door.routes();
    if (made?.of !== of) made = { of, text: JSON.stringify(openApiDocument(of, { title: 'DevMesh', version })) };
    return made.text;
  }

  return [
    defineRoute({
      name: 'openapi',
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'This API as an OpenAPI 3.1 document',
      tag: 'docs',
      access: 'public',
      responses: { 200: z.looseObject({ openapi: z.string() }) },
      handler: () => textReply(documentText(), 'application/json; charset=utf-8'),
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
      params: z.object({ asset: Asset }),
      responses: {},
      handler: async ({ params: { asset } }) =>
        textReply(await fileOf(asset), ASSETS[asset], { 'cache-control': 'public, max-age=3600' }),
    }),
  ];
}

async function fileOf(asset: z.infer<typeof Asset>): Promise<string | Uint8Array> {
  if (asset === 'start.js') return START;
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, asset));
}
