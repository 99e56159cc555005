import type { Kysely } from 'kysely';
import { up as extensions } from './0000-extensions.ts';
import { up as identity } from './0001-identity.ts';
import { up as connections } from './0002-connections.ts';
import { up as calls } from './0003-calls.ts';
import { up as audit } from './0004-audit.ts';
import { up as memory } from './0005-memory.ts';

interface Migration {
  up(db: Kysely<never>): Promise<void>;
}

/** Forward only, expand then contract; names sort in the order in which they run. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0000-extensions': { up: extensions },
  '0001-identity': { up: identity },
  '0002-connections': { up: connections },
  '0003-calls': { up: calls },
  '0004-audit': { up: audit },
  '0005-memory': { up: memory },
};
