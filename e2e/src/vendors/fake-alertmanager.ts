import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { json, startVendor, type FakeVendor } from './fake-vendor.ts';

export interface FakeAlertmanager extends FakeVendor {
  /** Silences that it was asked to make, by its own count. */
  made(): number;
}

/**
 * An Alertmanager that keeps silences. `afterAccepted` runs when a new one is kept and before it is answered;
 * `answer` sends that answer.
 */
export async function startAlertmanager(
  afterAccepted: (answer: () => void) => void = (answer) => answer(),
): Promise<FakeAlertmanager> {
  const silences: Record<string, unknown>[] = [];
  const vendor = await startVendor(({ method, path, body }, response) => {
    if (method === 'GET' && path === '/api/v2/alerts') return json(response, []);
    if (method === 'GET' && path === '/api/v2/silences') return json(response, silences);
    if (method === 'POST' && path === '/api/v2/silences')
      return keep(JSON.parse(body) as Record<string, unknown>, response);
    return json(response, { message: `nothing at ${path}` }, 404);
  });

  function keep(silence: Record<string, unknown>, response: ServerResponse): void {
    const id = randomUUID();
    silences.push({ ...silence, id, status: { state: 'active' }, updatedAt: new Date().toISOString() });
    afterAccepted(() => {
      json(response, { silenceID: id });
    });
  }

  return { ...vendor, made: () => silences.length };
}
