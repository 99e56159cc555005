import type { Command } from 'commander';
import { ConnectionForm } from '../../cli/answers.ts';
import { given } from '../../cli/arguments.ts';
import { usageError } from '../../cli/cli-error.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { several } from '../../cli/option-values.ts';
import { openSession, type Session } from '../../cli/session.ts';
import { connectionText } from './connection-text.ts';
import { readCredential } from './credential.ts';
import { readSettings, type SettingsOptions } from './settings.ts';

interface UpdateOptions extends SettingsOptions {
  name?: string;
  /** False: `--no-endpoint`. */
  endpoint?: string | false;
  environment?: string;
  credentialFile?: string;
  /** False: `--no-credential`. */
  credential?: false;
  default?: true;
}

/** `devmesh connection update <id>` */
export function addConnectionUpdate(noun: Command, io: Io): void {
  const command = noun
    .command('update')
    .description('Change a system; what is not named stays. Needs the scope admin.')
    .argument('<id>', 'the id as `connection list` shows it')
    .option('--name <name>', 'another name')
    .option('--endpoint <url>', 'where it is')
    .option('--no-endpoint', 'forget where it is')
    .option('--environment <name>', 'what policy sees: prod, staging, …')
    .option('--setting <key=value>', 'changes one setting; key:=JSON for numbers, lists and objects', several)
    .option('--settings <json>', 'replaces all settings: one JSON object, @file, or - for stdin')
    .option('--credential-file <file>', 'another credential as JSON, - for stdin')
    .option('--no-credential', 'forget the credential')
    .option('--default', 'take this one when a call names none')
    .action(async (id: string, options: UpdateOptions, self: Command) => {
      const session = await openSession(self, io);
      const path = `/api/v1/connections/${encodeURIComponent(id)}`;
      const { body, ifMatch } = await changesOf(options, path, session);
      if (Object.keys(body).length === 0)
        throw usageError('There is nothing to change.', 'Name what changes: devmesh connection update --help');
      const connection = await session.api.request('PATCH', path, { answers: ConnectionForm, body, ifMatch });
      session.output.answer(connection, () => connectionText(connection));
    });
  addExamples(command, [
    ['devmesh connection update conn_01k… --default', 'taken when a call names none'],
    ['devmesh connection update conn_01k… --setting max_series:=50000', 'one setting, the others stay'],
    ['devmesh connection update conn_01k… --credential-file new-token.json', 'after a rotation'],
  ]);
}

async function changesOf(options: UpdateOptions, path: string, { api, read }: Session) {
  const { name, endpoint, environment, credentialFile, credential } = options;
  const { settings, ifMatch } = await newSettings(options, path, { api, read });
  const body = {
    ...given({ name, environment, settings, is_default: options.default }),
    ...(endpoint !== undefined && { endpoint: endpoint === false ? null : endpoint }),
    ...(credential === false && { credential: null }),
    ...(credentialFile !== undefined && { credential: await readCredential(credentialFile, read) }),
  };
  return { body, ifMatch };
}

/** The server replaces settings as a whole: to change one, all are read first, and written only if nobody was faster. */
async function newSettings(options: SettingsOptions, path: string, { api, read }: Pick<Session, 'api' | 'read'>) {
  const wanted = await readSettings(options, read);
  if (wanted === undefined || options.settings !== undefined) return { settings: wanted, ifMatch: undefined };
  const { settings, version } = await api.request('GET', path, { answers: ConnectionForm });
  return { settings: { ...settings, ...wanted }, ifMatch: version };
}
