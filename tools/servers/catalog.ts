import type { ServerKind } from './server-kind.ts';
import { alertmanager } from './servers/alertmanager.ts';
import { nats } from './servers/nats.ts';
import { postgres } from './servers/postgres.ts';
import { prometheus } from './servers/prometheus.ts';
import { valkey } from './servers/valkey.ts';

export type ServerName = 'postgres' | 'postgres-newest' | 'valkey' | 'nats' | 'alertmanager' | 'prometheus';

export type ServerVariable =
  | 'TEST_DATABASE_URL'
  | 'TEST_DATABASE_URL_NEWEST'
  | 'TEST_REDIS_URL'
  | 'TEST_NATS_URL'
  | 'TEST_PROMETHEUS_URL'
  | 'TEST_ALERTMANAGER_URL';

/** One shared server: the variable that tells tests where it is, the port it prefers, and the version that
 * DevMesh claims to be tested with, where it claims one. */
export type Shared = {
  readonly variable: ServerVariable;
  readonly port: number;
  readonly kind: ServerKind;
  readonly claimed?: string;
};

/** Every server tests can have; `dir` is the folder of installed programs. */
export function catalog(dir: string): Record<ServerName, Shared> {
  return {
    postgres: {
      variable: 'TEST_DATABASE_URL',
      port: 54_317,
      kind: postgres(17, dir),
      claimed: 'postgres 17 + pgvector 0.8.0',
    },
    'postgres-newest': {
      variable: 'TEST_DATABASE_URL_NEWEST',
      port: 54_318,
      kind: postgres(18, dir),
      claimed: 'postgres 18 + pgvector 0.8.7',
    },
    valkey: { variable: 'TEST_REDIS_URL', port: 56_317, kind: valkey },
    nats: { variable: 'TEST_NATS_URL', port: 54_217, kind: nats },
    alertmanager: { variable: 'TEST_ALERTMANAGER_URL', port: 59_118, kind: alertmanager },
    prometheus: { variable: 'TEST_PROMETHEUS_URL', port: 59_117, kind: prometheus },
  };
}
