// `node inspector.js inspector-1 <url>`, `node inspector.js inspector-2 legacy|modern <url>`: the Inspector's command line, one
// process for every method. It says nothing about the server itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { report, targetOf } from './target.js';
import { walk } from './walk.js';

const [alias, ...words] = process.argv.slice(2);
const era = alias === 'inspector-2' ? ['--protocol-era', words.shift()] : [];
const PROGRAMS = { 'inspector-1': 'build/cli.js', 'inspector-2': 'clients/launcher/build/index.js' };
const program = join(import.meta.dirname, 'node_modules', alias, PROGRAMS[alias]);
// Version 2 keeps a store in the home folder.
const home = mkdtempSync(join(tmpdir(), 'devmesh-inspector-'));

await report(async () => {
  const { url, headers } = targetOf(words);

  function run(method, ...more) {
    const header = `Authorization: ${headers.authorization}`;
    const where = ['--cli', url.href, '--transport', 'http', '--header', header, ...era];
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...where, '--method', method, ...more], {
      encoding: 'utf8',
      // Version 1 looks for its package.json from where it is started (inspector issue 1334).
      cwd: dirname(program),
      env: { ...process.env, HOME: home, USERPROFILE: home },
    });
    if (status !== 0 && stdout === '') throw failureIn(stderr);
    return JSON.parse(stdout);
  }

  return walk({
    connect: async () => undefined,
    list: async () => run('tools/list').tools,
    call: async (name, args) => run('tools/call', '--tool-name', name, ...pairs('--tool-arg', args)),
    resources: async () => run('resources/list').resources,
    templates: async () => run('resources/templates/list').resourceTemplates,
    read: async (uri) => run('resources/read', '--uri', uri).contents,
  });
});

function pairs(option, args) {
  const words = Object.entries(args).map(([name, value]) => `${name}=${value}`);
  return words.length === 0 ? [] : [option, ...words];
}

function failureIn(stderr) {
  const [, code, message] = /MCP error (-\d+): (.*)/.exec(stderr) ?? [];
  if (code !== undefined) return Object.assign(new Error(message), { code: Number(code) });
  const own = /^\{"error":.*$/m.exec(stderr)?.[0];
  return own === undefined ? new Error(stderr) : Object.assign(new Error(), JSON.parse(own).error);
}
