import type { ConnectionForm } from '../../cli/answers.ts';
import { fields } from '../../cli/table.ts';

export function connectionText(connection: ConnectionForm): string {
  const { settings } = connection;
  return fields([
    ['id', connection.id],
    ['system', connection.system],
    ['name', connection.name],
    ['environment', connection.environment],
    ['endpoint', connection.endpoint],
    ['default', connection.is_default ? 'yes' : 'no'],
    ['credential', credentialText(connection)],
    ['settings', Object.keys(settings).length === 0 ? undefined : JSON.stringify(settings)],
    ['origin', connection.origin],
    ['version', connection.version],
  ]);
}

function credentialText({ origin, has_credential: has }: ConnectionForm): string {
  if (origin === 'environment') return "the adapter's own";
  return has ? 'sealed' : 'none';
}
