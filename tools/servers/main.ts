import { down } from './down.ts';
import { ensureServers, knownUrls, type ServerUrls } from './ensure-servers.ts';
import { serversDir } from './home.ts';
import { withLock } from './lock.ts';
import { askVersions } from './versions.ts';

const USAGE = `node tools/servers/main.ts up            install what is missing, start what does not run, print the versions
                           env [--json]  print where everything is: eval "$(node tools/servers/main.ts env)"
                           down          end every server and throw its data away`;

const say = (line: string) => process.stderr.write(`${line}\n`);

async function up(): Promise<void> {
  const urls = await ensureServers({ say });
  for (const { variable, version, url, wanted } of await askVersions(urls)) {
    const remark = wanted ? `   <-- DevMesh claims to be tested with ${wanted}` : '';
    console.log(`${variable.padEnd(25)} ${version.padEnd(32)} ${url}${remark}`);
  }
}

function env(asJson: boolean): void {
  const urls = knownUrls();
  const missing = VARIABLES.filter((variable) => !urls[variable]);
  if (missing.length > 0) throw new Error(`${missing.join(', ')}: does not run. First: node tools/servers/main.ts up`);
  if (asJson) console.log(JSON.stringify(urls, undefined, 2));
  else for (const [variable, url] of Object.entries(urls)) console.log(`export ${variable}=${quoted(url)}`);
}

const VARIABLES: (keyof ServerUrls)[] = [
  'TEST_DATABASE_URL',
  'TEST_DATABASE_URL_NEWEST',
  'TEST_REDIS_URL',
  'TEST_NATS_URL',
  'TEST_PROMETHEUS_URL',
  'TEST_ALERTMANAGER_URL',
];

async function stop(): Promise<void> {
  const dir = serversDir(process.env);
  const ended = await withLock(dir, () => down(dir));
  say(ended.length > 0 ? `ended ${ended.join(', ')}` : 'nothing ran');
}

function quoted(text: string): string {
  return /^[\w:/@.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

try {
  const [command, flag] = process.argv.slice(2);
  if (command === 'up') await up();
  else if (command === 'env') env(flag === '--json');
  else if (command === 'down') await stop();
  else throw new Error(`usage:\n${USAGE}`);
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
