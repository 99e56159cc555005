import { expect } from '@jest/globals';
import type { Browser } from '../clients/browser.ts';
import type { Json, Rest } from '../clients/rest.ts';
import { realServer } from '../platform/servers.ts';
import { unique } from './world.ts';

/** The alert that always fires in the tests' own Prometheus. */
export const ALERT = 'DevMeshTestAlert';

export interface Pending {
  callId: string;
  approvalId: string;
  approvalUrl: string;
}

/** Asks for a silence of something that nobody else has; it waits for a person. */
export async function askForSilence(
  api: Rest,
  { matchers, connection }: { matchers?: Json; connection?: string } = {},
): Promise<Pending> {
  const parameters = {
    matchers: matchers ?? [{ name: 'e2e', value: unique('alert') }],
    duration_minutes: 5,
    reason: 'an end-to-end test',
  };
  const { status, body } = await api.call(
    'prometheus_create_silence',
    parameters,
    connection === undefined ? {} : { connection },
  );
  expect([status, body.success, body.status]).toEqual([202, false, 'approval_pending']);
  expect(body.data).toEqual({});
  return { callId: body.call_id, approvalId: body.approval_id, approvalUrl: body.approval_url };
}

export function approve(browser: Browser, { approvalId }: Pending) {
  return browser.submit(`/approvals/${approvalId}`, { verdict: 'approved' });
}

export function refuse(browser: Browser, { approvalId }: Pending) {
  return browser.submit(`/approvals/${approvalId}`, { verdict: 'refused' });
}

/** How the call ended; waits for that. */
export async function ending(api: Rest, callId: string): Promise<Json> {
  const { status, body } = await api.get(`/api/v1/calls/${callId}?wait_seconds=45`);
  expect(status).toBe(200);
  return body;
}

/** What Alertmanager itself has of a call: its silences carry the call's id. */
export async function silencesOf(
  callId: string,
  alertmanagerUrl = realServer('TEST_ALERTMANAGER_URL'),
): Promise<Json[]> {
  const response = await fetch(`${alertmanagerUrl}/api/v2/silences`);
  return ((await response.json()) as Json[]).filter(({ comment }) => String(comment).includes(callId));
}

/** Whether Alertmanager itself takes the alert for muted by this very silence: others may try theirs on the same alert. */
export async function isMutedBy(silenceId: string): Promise<boolean> {
  const response = await fetch(`${realServer('TEST_ALERTMANAGER_URL')}/api/v2/alerts?filter=alertname%3D${ALERT}`);
  const alerts = (await response.json()) as Json[];
  if (alerts.length === 0) throw new Error(`${ALERT} does not fire`);
  return alerts.every(({ status }) => (status.silencedBy as string[]).includes(silenceId));
}
