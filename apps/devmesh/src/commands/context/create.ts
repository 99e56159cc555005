import type { Command } from 'commander';
import { ContextForm } from '../../cli/answers.ts';
import { given } from '../../cli/arguments.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { positiveInteger, several } from '../../cli/option-values.ts';
import { openSession } from '../../cli/session.ts';
import { contextText } from './context-text.ts';
import { readContent, readMetadata } from './read-fields.ts';

interface CreateOptions {
  id?: string;
  name?: string;
  user?: string;
  agent?: string;
  model?: string;
  session?: string;
  content?: string;
  metadata?: string[];
  ttlSeconds?: number;
  idempotencyKey?: string;
}

/** `devmesh context create` */
export function addContextCreate(noun: Command, io: Io): void {
  const command = noun
    .command('create')
    .description('Make a context. The same id again with the same --user gives the existing one, unchanged.')
    .option('--id <id>', 'an id of your own, up to 255 characters; else one is made')
    .option('--name <name>', 'for people')
    .option('--user <user_id>', 'your own label for a user')
    .option('--agent <agent_id>', 'which agent it belongs to')
    .option('--model <model_id>', 'which model wrote it')
    .option('--session <session_id>', 'which session it belongs to')
    .option('--content <text>', 'first content: a text, @file, or - for stdin; JSON messages are taken as such')
    .option('--metadata <key=value>', 'may be given several times; or once as JSON, or @file', several)
    .option('--ttl-seconds <seconds>', 'when it expires', positiveInteger)
    .option('--idempotency-key <key>', 'the same key again gives the same answer and does nothing twice')
    .action(async (options: CreateOptions, self: Command) => {
      const { api, output, read } = await openSession(self, io);
      const body = given({
        ...labelsOf(options),
        content: await readContent(options.content, read),
        metadata: await readMetadata(options.metadata, read),
      });
      const context = await api.request('POST', '/api/v1/contexts', {
        answers: ContextForm,
        body,
        idempotencyKey: options.idempotencyKey,
      });
      output.answer(context, () => contextText(context));
    });
  addExamples(command, [
    ["devmesh context create --id inc-42 --name 'Checkout down' --metadata type=incident", 'with an id of your own'],
    ['kubectl logs checkout | devmesh context create --content -', 'from a pipe'],
    ['devmesh context create --content \'[{"role":"user","content":"hi"}]\'', 'messages'],
  ]);
}

function labelsOf({ id, name, user, agent, model, session, ttlSeconds }: CreateOptions) {
  return { id, name, user_id: user, agent_id: agent, model_id: model, session_id: session, ttl_seconds: ttlSeconds };
}
