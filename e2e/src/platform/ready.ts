import { rest } from '../clients/rest.ts';
import { until } from './until.ts';

/** Waits until the organisation's catalog has the tools of its Prometheus: the last thing that becomes ready. */
export async function systemsAnswer(restUrl: string, apiKey: string): Promise<void> {
  await until(
    async () => {
      const { status, body } = await rest(restUrl, apiKey).get('/api/v1/tools');
      return status === 200 && JSON.stringify(body).includes('"prometheus_query"');
    },
    { what: 'prometheus_query among the tools', forMs: 30_000 },
  );
}
