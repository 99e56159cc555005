import { until } from './until.ts';

/**
 * Resolves once the test alert is at this Alertmanager. Prometheus looks for its Alertmanagers only five seconds after
 * its start, so a test that came earlier would find none.
 */
export async function alertArrival(alertmanagerUrl: string): Promise<void> {
  const question = `${alertmanagerUrl}/api/v2/alerts?filter=${encodeURIComponent('alertname="DevMeshTestAlert"')}`;
  const arrived = async () => {
    const answer = await fetch(question, { signal: AbortSignal.timeout(2000) });
    const alerts = (await answer.json()) as unknown[];
    return alerts.length > 0 || undefined;
  };
  await until(arrived, { forMs: 30_000, what: 'arrival of DevMeshTestAlert at Alertmanager' });
}
