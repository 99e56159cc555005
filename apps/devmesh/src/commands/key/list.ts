import type { Command } from 'commander';
import { KeyForm, pageOf } from '../../cli/answers.ts';
import { addExamples } from '../../cli/examples.ts';
import type { Io } from '../../cli/io.ts';
import { withPages, type PageOptions } from '../../cli/page-options.ts';
import { openSession } from '../../cli/session.ts';
import { table, type Column } from '../../cli/table.ts';

/** `devmesh key list` */
export function addKeyList(noun: Command, io: Io): void {
  const command = withPages(
    noun.command('list').description('List API keys, with the first characters of each.'),
  ).action(async ({ limit, cursor }: PageOptions, self: Command) => {
    const { api, output } = await openSession(self, io);
    const page = await api.request('GET', '/api/v1/api-keys', { answers: pageOf(KeyForm), query: { limit, cursor } });
    output.page(page, (screen) => table(page.data, columns(io.clock()), screen));
  });
  addExamples(command, [[`devmesh key list -o json | jq '.data[] | select(.last_used_at == null)'`, 'never used']]);
}

function columns(now: Date): readonly Column<KeyForm>[] {
  return [
    ['ID', ({ id }) => id],
    ['NAME', ({ name }) => name],
    ['KEY', ({ prefix }) => `${prefix}…`],
    ['STATE', (key) => stateOf(key, now)],
    ['EXPIRES', ({ expires_at: at }) => at.slice(0, 10)],
    ['LAST USED', ({ last_used_at: at }) => at ?? 'never'],
    ['TOOLSET', ({ toolset }) => toolset],
    ['SCOPES', ({ scopes }) => scopes.join(', ')],
  ];
}

function stateOf({ revoked_at: revokedAt, expires_at: expiresAt }: KeyForm, now: Date): string {
  if (revokedAt !== undefined) return 'revoked';
  return new Date(expiresAt) <= now ? 'expired' : 'active';
}
