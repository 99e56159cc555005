import type { Metrics } from '@devmesh/runtime';
import type { PgPoolLike } from './pg-pool-like.ts';

/** `db_pool_connections{pool,state}` and `db_pool_waiting{pool}`, read when somebody asks. */
export function observePool(metrics: Metrics, pool: string, of: PgPoolLike): void {
  const connections = metrics.gauge({
    name: 'db_pool_connections',
    help: 'Connections (embedded: clients that share the one connection) by state.',
    labels: ['pool', 'state'],
  });
  const waiting = metrics.gauge({
    name: 'db_pool_waiting',
    help: 'Callers that wait for a connection.',
    labels: ['pool'],
  });
  metrics.onCollect(() => {
    connections.set({ pool, state: 'idle' }, of.idleCount);
    connections.set({ pool, state: 'busy' }, Math.max(0, of.totalCount - of.idleCount));
    waiting.set({ pool }, of.waitingCount);
  });
}
