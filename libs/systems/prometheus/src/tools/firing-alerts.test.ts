import { expect, test } from '@jest/globals';
import { answer, callTool, contextThat, heard, refusal, ruleThatFires } from '../prometheus.fixtures.ts';
import { firingAlerts } from './firing-alerts.ts';

const critical = { severity: 'critical', service: 'checkout' };
const info = { severity: 'info', service: 'cart' };
const alertRules = () => answer([ruleThatFires('Slow', info), ruleThatFires('Down', critical)]);

test('lists the worst first, with rule, time and whether somebody silenced it', async () => {
  const context = contextThat({
    alertRules,
    activeAlerts: () =>
      Promise.resolve([heard('Slow', info), heard('Down', { ...critical, cluster: 'eu' }, ['silence-1'])]),
  });
  expect(await callTool(firingAlerts, {}, context)).toMatchObject({
    ok: true,
    output: {
      data: {
        rows: [
          [
            'Down',
            'critical',
            'firing',
            '2026-11-20T11:00:00Z',
            '1',
            'silence-1',
            '{service="checkout"}',
            'Down happens',
          ],
          ['Slow', 'info', 'firing', '2026-11-20T11:00:00Z', '1', 'no', '{service="cart"}', 'Slow happens'],
        ],
        rules: { Down: ['up == 0'], Slow: ['up == 0'] },
      },
      summary: '2 firing alerts, 1 silenced.',
      sources: { prometheus: 'ok', alertmanager: 'ok' },
    },
  });
});

test('is honest about Alertmanager: what it does not say is not "not silenced"', async () => {
  const context = contextThat({ alertRules, activeAlerts: () => Promise.reject(refusal('Alertmanager', 403, 'no')) });
  const reply = await callTool(firingAlerts, { labels: { service: 'cart' } }, context);
  expect(reply).toMatchObject({
    ok: true,
    output: {
      data: {
        rows: [['Slow', 'info', 'firing', expect.any(String), '1', 'unknown', '{service="cart"}', expect.any(String)]],
      },
      summary: '1 firing alert, 1 of which it is not known whether silenced with {service="cart"}.',
      sources: { alertmanager: 'forbidden' },
      hints: ['Alertmanager is forbidden: whether an alert is silenced is not known.'],
    },
  });
});

test('an alert that Alertmanager has not heard of is not called unsilenced', async () => {
  const context = contextThat({ alertRules, activeAlerts: () => Promise.resolve([heard('Slow', info)]) });
  const reply = await callTool(firingAlerts, { labels: critical }, context);
  expect(reply).toMatchObject({
    ok: true,
    output: {
      data: { rows: [expect.arrayContaining(['unknown'])] },
      hints: [expect.stringContaining('has not heard of this alert')],
    },
  });
});

test('Prometheus away is a failure, not "no alert"', async () => {
  const context = contextThat({
    alertRules: () => Promise.reject(refusal('Prometheus', 503, 'starting')),
    activeAlerts: () => Promise.resolve([]),
  });
  expect(await callTool(firingAlerts, {}, context)).toMatchObject({ ok: false, error: { code: 'unavailable' } });
});

test('refuses label values that are no text', async () => {
  expect(await callTool(firingAlerts, { labels: { service: 5 } }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { 'labels.service': expect.any(String) } } },
  });
});
