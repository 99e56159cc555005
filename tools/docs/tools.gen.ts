import { describeTool, type Tool } from '@devmesh/adapter';
import { publishedName, type ToolDescriptor, type ToolExample } from '@devmesh/contracts';
import { OBSERVE, TOOLSET_NAMES } from '@devmesh/gateway';
import { ownTools } from '@devmesh/platform';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { code, heading, json, table } from './markdown.ts';
import { fieldsOf } from './schema-fields.ts';
import { systemsServed } from './systems-served.ts';
import { writePage } from './write-page.ts';

// Only described, never run: what they would run on is not needed.
const own = ownTools({ memory: {}, evidence: {}, road: {}, readStatus: {} } as never);

const systems: { name: string; title: string; about: string; tools: ToolDescriptor[] }[] = [
  ...(await systemsServed()).map(({ name, title, tools }) => ({
    name,
    title,
    about: `Need a connection of the system \`${name}\`.`,
    tools: describe(tools, name, true),
  })),
  {
    name: 'memory',
    title: 'Memory',
    about: 'What an organisation remembers. Always there.',
    tools: describe(own.memory, 'memory', false),
  },
  {
    name: 'devmesh',
    title: 'Calls',
    about: 'About calls made earlier. Always there.',
    tools: describe(own.devmesh, 'devmesh', false),
  },
];
const all = systems.flatMap(({ tools }) => tools);

await writePage(
  'tools',
  `${heading('Tools', 'the tools themselves')}
${String(all.length)} tools; ${String(sum(all))} tokens of definitions altogether, ${String(sum(all.filter(isObserve)))} in the
toolset \`observe\` (counted with o200k, without the output schemas, which models are not shown).

The name shown first is the one that MCP publishes. \`system.verb_noun\` is understood on every door as well. Where an
organisation has several connections of one system, each of its tools takes one more argument, \`connection\`.
Toolsets narrow a list and what may be called: ${TOOLSET_NAMES.map(code).join(', ')}, and the name of every system, combined
with commas (\`/mcp/t/observe,prometheus\`).
${systems.map(section).join('\n')}`,
);

function describe(tools: readonly unknown[], system: string, needsConnection: boolean): ToolDescriptor[] {
  // What a tool runs on is in its type, and of no interest here.
  return (tools as Tool[]).map((tool) => describeTool(tool, system, needsConnection));
}

function section({ title, name, about, tools }: (typeof systems)[number]): string {
  return `\n## ${title}\n\n${about} Toolset \`${name}\`.\n${tools.map(tool).join('\n')}`;
}

function tool(descriptor: ToolDescriptor): string {
  const { name, title, description, inputSchema, examples } = descriptor;
  const rows = fieldsOf(inputSchema).map((field) => [
    code(field.name),
    field.type,
    field.required ? 'required' : field.default === undefined ? '' : `default ${code(field.default)}`,
    field.description,
  ]);
  const args = rows.length === 0 ? '\nNo arguments.\n' : table(['Argument', 'Type', '', ''], rows);
  return `\n### ${publishedName(name)}\n\n**${title}.** ${description}\n\n${manners(descriptor)}\n${args}${examples.map(example).join('')}`;
}

function manners(descriptor: ToolDescriptor): string {
  const { effect, approval, idempotent, timeoutMs, undoes, verifies, prepares } = descriptor;
  return [
    code(effect),
    ...(approval === 'always' || effect === 'destroy' ? ['a person approves'] : []),
    ...(effect !== 'read' && idempotent ? ['idempotent'] : []),
    ...(effect !== 'read' && prepares ? ['shows beforehand what would change'] : []),
    ...(undoes ? ['can be undone'] : []),
    ...(verifies ? ['a lost answer can be verified'] : []),
    ...(isObserve(descriptor) ? ['in `observe`'] : []),
    `at most ${String(timeoutMs / 1000)} s`,
    `${String(tokensOf(descriptor))} tokens`,
  ].join(' · ');
}

function example({ input, gives }: ToolExample): string {
  return `\nExample${gives === undefined ? '' : ` (gives ${gives})`}:\n${json(input)}`;
}

function isObserve({ name }: ToolDescriptor): boolean {
  return OBSERVE.includes(name);
}

function sum(tools: readonly ToolDescriptor[]): number {
  return tools.reduce((total, each) => total + tokensOf(each), 0);
}

function tokensOf({ name, description, inputSchema }: ToolDescriptor): number {
  return countTokens(JSON.stringify({ name: publishedName(name), description, inputSchema }));
}
