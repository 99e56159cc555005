import type { Road } from '@devmesh/assembly';
import type { JsonSchema } from '@devmesh/contracts';
import type { Route } from '@devmesh/http';
import { createRestDoor } from '@devmesh/rest-api';
import { createHealth, createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { z } from 'zod';
import { code, heading, table } from './markdown.ts';
import { fieldsOf } from './schema-fields.ts';
import { writePage } from './write-page.ts';

const ACCESS: Readonly<Record<Route['access'], string>> = {
  public: 'anybody',
  key: 'a key, an access token or a signed-in browser',
  person: 'a person who signed in; a key is refused',
};

// Routes are values: mounting them asks nothing of what their handlers would use.
const road = {
  logger: silentLogger(),
  metrics: createMetrics({ service: 'docs' }),
  health: createHealth({ clock: systemClock }),
  clock: systemClock,
} as unknown as Road;
const routes = createRestDoor(road, { corsOrigins: [], trustProxy: false, version: '' })
  .routes()
  .filter(({ hidden }) => hidden !== true);
const tags = [...new Set(routes.map(tagOf))];

await writePage(
  'rest',
  `${heading('REST', 'the routes of apps/rest-api')}
${String(routes.length)} routes. The same as OpenAPI 3.1 is at \`GET /api/v1/openapi.json\` of every running instance, with a
page at \`/docs\`; answers are described there field by field.

* Credential: \`Authorization: Bearer <key or access token>\` or \`X-API-Key: <key>\`.
* Failures: [errors.md](errors.md). Unknown fields are refused, with the nearest name.
* Lists: \`{data, next_cursor, has_more}\`; hand \`next_cursor\` back as \`cursor\`.
* Objects with a version carry an \`ETag\`; \`If-Match\` with an older one fails with 409.
* \`Idempotency-Key\` on the POSTs marked so: the same key gives the same answer for 24 hours.
* Every answer carries \`X-Request-Id\`, and \`RateLimit\` and \`RateLimit-Policy\` beside the older \`X-RateLimit-*\`.
${tags.map(section).join('\n')}`,
);

function tagOf({ tag, name }: Route): string {
  return tag ?? name.split('.')[0] ?? name;
}

function section(tag: string): string {
  const own = routes.filter((route) => tagOf(route) === tag);
  return `\n## ${tag}\n${own.map(entry).join('\n')}`;
}

function entry(route: Route): string {
  const { method, path, summary, description, access, scope, idempotent, compat } = route;
  const facts = [
    `For ${ACCESS[access]}${scope === undefined ? '' : `, with the scope ${code(scope)}`}.`,
    ...(idempotent === true ? ['Obeys `Idempotency-Key`.'] : []),
    ...(compat === undefined ? [] : [`Kept for clients of ${compat}.`]),
    `Answers ${statuses(route)}.`,
  ];
  const about = [`${summary}.`, ...(description === undefined ? [] : [description])].join(' ');
  return `\n### ${code(`${method} ${path}`)}\n\n${about}\n\n${facts.join(' ')}\n${fields('Query', route.query)}${fields('Body', route.body)}`;
}

function statuses({ responses }: Route): string {
  const known = Object.keys(responses);
  return known.length === 0 ? '200' : known.join(' or ');
}

function fields(title: string, schema: z.ZodType | undefined): string {
  if (schema === undefined) return '';
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = fieldsOf(described as JsonSchema).map((field) => [
    code(field.name),
    field.type,
    field.required ? 'required' : field.default === undefined ? '' : `default ${code(field.default)}`,
    field.description,
  ]);
  if (rows.length === 0) return `\n${title}: see the OpenAPI document.\n`;
  return table([title, 'Type', '', ''], rows);
}
