import type { JsonSchema } from '@devmesh/contracts';
import { CliSettings, createProgram, type Io } from 'devmesh';
import { z } from 'zod';
import { code, heading, table } from './markdown.ts';
import { fieldsOf } from './schema-fields.ts';
import { writePage } from './write-page.ts';

// Commander's own types: which copy of it the CLI has is the CLI's business.
type Command = ReturnType<typeof createProgram>['program'];
type Option = Command['options'][number];

let printed = '';
const { program, loadAll } = createProgram(nowhere());
await loadAll();

await writePage(
  'cli',
  `${heading('The command line', 'the program itself, apps/devmesh/src/program.ts')}
${program.description()} In a clone it is started with \`npx devmesh\`.

Data goes to standard output, messages and errors to standard error; under \`-o json\` and \`-o jsonl\` both are JSON,
standard error one object a line. Every error has a code, a message and a next step that can be typed. Nothing ever asks,
pages or opens a browser.
${optionsOf(program)}
${examplesOf(program)}
Server and key are looked for in this order:

- the server: \`--url\`, \`DEVMESH_URL\`, the profile, the instance whose data folder is here, \`http://localhost:8081\`;
- the key: \`--api-key-file\`, \`DEVMESH_API_KEY\`, the profile. It may be a file with the key alone or one like
  \`.devmesh/first-access.json\`. A profile's key is not sent to another server than the profile's.

Profiles lie in \`$XDG_CONFIG_HOME/devmesh/config.json\`: \`{"profiles":{"default":{"url":"…","api_key_file":"key"}}}\`; the
key file is looked for beside it.
${environment()}
${program.commands.map((command) => section(command, 2)).join('\n')}`,
);

function section(command: Command, level: number): string {
  const rows = command.registeredArguments.map((each) => [
    code(each.name()),
    `${each.description}${each.required ? '' : ' (optional)'}`,
  ]);
  return [
    `\n${'#'.repeat(level)} ${pathOf(command)}\n`,
    command.description(),
    block(`${pathOf(command)} ${command.usage()}`),
    table(['Argument', ''], rows),
    optionsOf(command),
    examplesOf(command),
    ...command.commands.map((verb) => section(verb, level + 1)),
  ].join('\n');
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function optionsOf(command: Command): string {
  const shown = command.options.filter(({ hidden }) => !hidden);
  return table(
    ['Option', ''],
    shown.map((option) => [code(option.flags), descriptionOf(option)]),
  );
}

function descriptionOf({ description, argChoices, mandatory }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  return `${description}${choices}${mandatory ? ' (required)' : ''}`;
}

/** What stands below the help: the examples, which commander keeps nowhere else. The line about common options is not repeated. */
function examplesOf(command: Command): string {
  printed = '';
  command.outputHelp();
  const examples = /\nExamples:\n[\s\S]*/.exec(printed)?.[0].replace(/\nAlso everywhere: .*/, '');
  return examples === undefined ? '' : block(examples.trim());
}

function block(text: string): string {
  return `\n\`\`\`text\n${text}\n\`\`\`\n`;
}

function environment(): string {
  const described = z.toJSONSchema(CliSettings, { io: 'output' }) as JsonSchema;
  const rows = fieldsOf(described).map(({ name, description }) => [code(name), description]);
  return table(['Variable', ''], rows);
}

/** Nothing of the outside: the page must be the same everywhere. What is printed is kept. */
function nowhere(): Io {
  const write = (text: string) => (printed += text);
  const screen = { write, isTerminal: false, hasColors: false, width: undefined };
  const unused = () => Promise.reject(new Error('the docs run no command'));
  const { signal } = new AbortController();
  return {
    ...{ stdout: screen, stderr: screen, readStdin: unused, environment: unused },
    ...{ folder: '', home: '', clock: () => new Date(0), interruption: () => signal },
  };
}
