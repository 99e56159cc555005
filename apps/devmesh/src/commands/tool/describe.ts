import type { Command } from 'commander';
import { z } from 'zod';
import { ToolForm } from '../../cli/answers.ts';
import { cleanText } from '../../cli/clean-text.ts';
import { CliError } from '../../cli/cli-error.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io, Screen } from '../../cli/io.ts';
import { together } from '../../cli/render-data.ts';
import { openSession } from '../../cli/session.ts';
import { fields, table } from '../../cli/table.ts';

const Tools = z.looseObject({ tools: z.array(ToolForm) });
type Schema = Record<string, unknown>;

/** `devmesh tool describe <name>` */
export function addToolDescribe(noun: Command, io: Io): void {
  const command = noun
    .command('describe')
    .description('Show one tool: what it does, its arguments, examples to type.')
    .argument('<name>', 'the tool, in either spelling')
    .action(async (name: string, _options: unknown, self: Command) => {
      const { api, output } = await openSession(self, io);
      const { tools } = await api.request('GET', '/api/v1/tools', { answers: Tools, query: { all: true } });
      const tool = tools.find((each) => each.name === name || each.qualified_name === name);
      if (!tool) throw await unknownTool(name, tools);
      output.answer(tool, (screen) => toolText(tool, screen));
    });
  addExamples(command, [
    ['devmesh tool describe prometheus_query', 'for a person'],
    ['devmesh tool describe prometheus_query -o json | jq .input_schema', 'its JSON Schema'],
  ]);
}

async function unknownTool(name: string, tools: readonly ToolForm[]): Promise<CliError> {
  const { nearestName } = await import('@devmesh/runtime');
  const meant = nearestName(
    name,
    tools.map((tool) => tool.name),
  );
  const suggestion =
    meant === undefined
      ? 'See what there is: devmesh tool list --all'
      : `Did you mean ${meant}? devmesh tool describe ${meant}`;
  return new CliError({ code: 'not_found', message: `There is no tool ${name}.`, suggestion });
}

function toolText(tool: ToolForm, screen: Screen): string {
  const facts = fields([
    ['name', tool.qualified_name],
    ['effect', tool.effect],
    ['approval', tool.requires_approval ? 'a person approves each call first' : 'none'],
  ]);
  return together([
    `${cleanText(tool.title)}\n${cleanText(tool.description)}`,
    facts,
    argumentsText(tool.input_schema, screen),
    examplesText(tool),
  ]);
}

function argumentsText(schema: Schema, screen: Screen): string {
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const rows = Object.entries(isSchema(schema['properties']) ? schema['properties'] : {});
  if (rows.length === 0) return 'It takes no arguments.';
  return table(
    rows,
    [
      ['ARGUMENT', ([name]) => name],
      ['TYPE', ([, each]) => typeOf(each)],
      ['', ([name, each]) => (required.has(name) ? 'required' : defaultOf(each))],
      ['DESCRIPTION', ([, each]) => (isSchema(each) ? String(each['description'] ?? '') : '')],
    ],
    screen,
  );
}

function typeOf(schema: unknown): string {
  if (!isSchema(schema)) return '';
  const choices = schema['enum'] ?? (schema['const'] === undefined ? undefined : [schema['const']]);
  if (Array.isArray(choices)) return choices.join(' | ');
  const forms = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(forms)) return [...new Set(forms.map(typeOf))].join(' | ');
  const type = String(schema['type'] ?? 'any');
  return type === 'array' ? `${typeOf(schema['items']) || 'any'}[]` : type;
}

function defaultOf(schema: unknown): string {
  return isSchema(schema) && schema['default'] !== undefined ? `default ${JSON.stringify(schema['default'])}` : '';
}

function examplesText({ name, examples }: ToolForm): string {
  const lines = examples.map(({ title, input }) => {
    const pairs = Object.entries(input).map(([key, value]) =>
      typeof value === 'object' ? `${key}:=${quoted(JSON.stringify(value))}` : `${key}=${quoted(String(value))}`,
    );
    return `  ${['devmesh tool call', name, ...pairs].join(' ')}${title === undefined ? '' : `  # ${title}`}`;
  });
  return lines.length === 0 ? '' : cleanText(`Examples:\n${lines.join('\n')}`);
}

function quoted(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
