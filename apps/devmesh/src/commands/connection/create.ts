import type { Command } from 'commander';
import { ConnectionForm } from '../../cli/answers.ts';
import { given } from '../../cli/arguments.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { several } from '../../cli/option-values.ts';
import { openSession } from '../../cli/session.ts';
import { connectionText } from './connection-text.ts';
import { readCredential } from './credential.ts';
import { readSettings, type SettingsOptions } from './settings.ts';

interface CreateOptions extends SettingsOptions {
  name: string;
  endpoint?: string;
  environment?: string;
  credentialFile?: string;
  idempotencyKey?: string;
}

/** `devmesh connection create <system>` */
export function addConnectionCreate(noun: Command, io: Io): void {
  const command = noun
    .command('create')
    .description('Add a system. The credential is sealed to its adapter the moment it arrives. Needs the scope admin.')
    .argument('<system>', 'prometheus, …; `devmesh status` lists them')
    .requiredOption('--name <name>', 'what calls name it by')
    .option('--endpoint <url>', 'where it is')
    .option('--environment <name>', 'what policy sees: prod, staging, … (else default)')
    .option('--setting <key=value>', 'one setting; key:=JSON for numbers, lists and objects', several)
    .option('--settings <json>', 'all settings as one JSON object, @file, or - for stdin')
    .option('--credential-file <file>', 'the credential as JSON, - for stdin')
    .option('--idempotency-key <key>', 'the same key again gives the same answer and makes nothing twice')
    .action(async (system: string, options: CreateOptions, self: Command) => {
      const { api, output, read } = await openSession(self, io);
      const { name, endpoint, environment, credentialFile, idempotencyKey } = options;
      const body = {
        system,
        name,
        ...given({
          endpoint,
          environment,
          settings: await readSettings(options, read),
          credential: await readCredential(credentialFile, read),
        }),
      };
      const connection = await api.request('POST', '/api/v1/connections', {
        answers: ConnectionForm,
        body,
        idempotencyKey,
      });
      output.answer(connection, () => connectionText(connection));
    });
  addExamples(command, [
    ['devmesh connection create prometheus --name main --endpoint http://prometheus:9090', 'without a credential'],
    [
      'devmesh connection create prometheus --name prod --environment prod --endpoint https://prom.example.com --setting alertmanager_url=https://am.example.com --credential-file token.json',
      'with Alertmanager and {"token": "…"}',
    ],
  ]);
}
