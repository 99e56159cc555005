import type { Command } from 'commander';
import { z } from 'zod';
import { KeyForm } from '../../cli/answers.ts';
import { given } from '../../cli/arguments.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { listed, positiveInteger } from '../../cli/option-values.ts';
import { openSession } from '../../cli/session.ts';

const Made = KeyForm.extend({ api_key: z.string() });

interface CreateOptions {
  name: string;
  scope?: string[];
  toolset?: string[];
  expiresInDays?: number;
  contextUser?: string;
  rateCapacity?: number;
  ratePerMinute?: number;
}

/** `devmesh key create` */
export function addKeyCreate(noun: Command, io: Io): void {
  const command = noun
    .command('create')
    .description('Make an API key. It is shown only now: the key goes to stdout, the facts about it to stderr.')
    .requiredOption('--name <name>', 'what it is for')
    .option(
      '--scope <scope>',
      'read, write, admin, memory:write, prometheus:write, …; several, or comma-separated (else read,memory:write)',
      listed,
    )
    .option('--toolset <names>', 'which tools it sees, comma-separated (else observe)', listed)
    .option('--expires-in-days <days>', 'how long it works (else 90)', positiveInteger)
    .option('--context-user <user_id>', 'binds it to the contexts of one user_id')
    .option('--rate-capacity <requests>', 'requests at once; needs --rate-per-minute', positiveInteger)
    .option('--rate-per-minute <requests>', 'requests given back per minute; needs --rate-capacity', positiveInteger)
    .action(async (options: CreateOptions, self: Command) => {
      const { api, output } = await openSession(self, io);
      const made = await api.request('POST', '/api/v1/api-keys', { answers: Made, body: bodyOf(options) });
      output.answer(made, () => made.api_key);
      output.note(
        `${made.id} "${made.name}": scopes ${made.scopes.join(', ')}; toolset ${made.toolset}; until ${made.expires_at}. Keep the key: it is not shown again.`,
        { id: made.id },
      );
    });
  addExamples(command, [
    ['devmesh key create --name ci > ci.key', 'a reading key, into a file'],
    ['devmesh key create --name deploy --scope read,write --toolset all', 'one that may ask for changes'],
    ['devmesh key create --name bot --context-user alice --expires-in-days 7', 'for the contexts of one user'],
  ]);
}

function bodyOf({
  name,
  scope,
  toolset,
  expiresInDays,
  contextUser,
  rateCapacity: capacity,
  ratePerMinute: refillPerMinute,
}: CreateOptions) {
  return {
    name,
    ...given({
      scopes: scope,
      toolset: toolset?.join(','),
      expires_in_days: expiresInDays,
      context_user_id: contextUser,
    }),
    // With one of them alone the server says which is missing.
    ...((capacity !== undefined || refillPerMinute !== undefined) && {
      rate_limit: given({ capacity, refillPerMinute }),
    }),
  };
}
