import { RoadSettings, ServerSettings } from '@devmesh/assembly';
import { RestSettings } from '@devmesh/rest-api';
import { ProcessSettings } from '@devmesh/runtime';
import type { JsonSchema } from '@devmesh/contracts';
import { z } from 'zod';
import { code, heading, table } from './markdown.ts';
import { fieldsOf, type Field } from './schema-fields.ts';
import { schemaIn, systemsServed } from './systems-served.ts';
import { writePage } from './write-page.ts';

const start = await schemaIn('apps/devmesh/src/start/settings.ts', 'StartSettings');
const mcpServer = await schemaIn('apps/mcp-server/src/settings.ts', 'McpServerSettings');
const adapter = await schemaIn('libs/road/adapter/src/start-adapter.ts', 'AdapterSettings');

interface Group {
  title: string;
  about: string;
  fields: Field[];
}

const everyProcess = group('Every process', 'Taken by all of them.', ProcessSettings);
const servers = group('Backing servers', 'The production form: rest-api, mcp-server and worker.', ServerSettings);
const road = group('The road of a call', 'rest-api, mcp-server, worker and `devmesh start`.', RoadSettings);
const rest = group('REST door', 'rest-api and `devmesh start`.', RestSettings);
const mcp = group('MCP door', 'mcp-server; `devmesh start` takes all but `MCP_HOST` and `REST_URL`.', mcpServer);
const systems = (await systemsServed()).map(({ name, title, config }) =>
  group(title, `adapter-${name} and \`devmesh start\`.`, config),
);
const adapters = group('Every adapter', 'An adapter has neither a database nor Redis.', adapter);
const shared = [everyProcess, servers, road, rest, mcp, adapters, ...systems];
const own = group(
  '`devmesh start`',
  'What it takes beside these, or with another default. Nothing is required.',
  start,
);
const different = own.fields.filter(
  (field) => !shared.some(({ fields }) => fields.some((other) => same(field, other))),
);

await writePage(
  'configuration',
  `${heading('Configuration', "every process's own schema")}
Environment variables, read once at the start. \`X_FILE\` names a file that holds the value of \`X\` (a mounted secret), for
every variable here. An empty variable counts as absent. All faults are printed together, and the process ends with exit
code 78; a misspelt \`DEVMESH_\` name is pointed out. Lists are comma-separated; flags are \`true\` or \`false\`.

The \`migrate\` entry of the worker takes \`DATABASE_URL\` and what every process takes. What the commands of the CLI read is
in [cli.md](cli.md).
${[...shared, { ...own, fields: different }].map(section).join('\n')}`,
);

function group(title: string, about: string, schema: z.ZodObject): Group {
  // The output's side: a flag goes in as a text, and it is the flag that a reader wants to know about.
  const described = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonSchema;
  return { title, about, fields: fieldsOf(described) };
}

function same(one: Field, other: Field): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function section({ title, about, fields }: Group): string {
  const rows = [...fields].sort(requiredFirst).map((field) => [
    code(field.name),
    // A transform cannot be described; in an environment it is always a text that goes in.
    field.type === 'anything' ? 'string' : field.type,
    field.default === undefined ? (field.required ? 'required' : '') : code(shown(field.default)),
    field.description,
  ]);
  return `\n## ${title}\n\n${about}\n${table(['Variable', 'Type', 'Default', ''], rows)}`;
}

function requiredFirst(one: Field, other: Field): number {
  return Number(isRequired(other)) - Number(isRequired(one));
}

function isRequired({ required, default: fallback }: Field): boolean {
  return required && fallback === undefined;
}

// As one would write it in a shell: no quotes, a list with commas.
function shown(json: string): string {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.join(',') : String(value);
}
