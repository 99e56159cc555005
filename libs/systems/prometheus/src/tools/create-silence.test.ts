import { expect, test } from '@jest/globals';
import type { AlertmanagerClient } from '../alertmanager-client.ts';
import { callTool, contextThat, heard, prepareTool, refusal, SILENCE_ID } from '../prometheus.fixtures.ts';
import { UpstreamError } from '../upstream-error.ts';
import { createSilence } from './create-silence.ts';

const thirtyMinutes = {
  matchers: [{ name: 'service', value: 'checkout' }],
  duration_minutes: 30,
  reason: 'rolling out 1.4',
};

test('shows a person which alerts would go quiet', async () => {
  const context = contextThat({ activeAlerts: () => Promise.resolve([heard('HighLatency', { service: 'checkout' })]) });
  expect(await prepareTool(createSilence, thirtyMinutes, context)).toMatchObject({
    ok: true,
    prepared: {
      blast: { alerts: 1 },
      reversible: true,
      diff: 'Mute {service="checkout"} for 30 minutes: rolling out 1.4\n1 alert would go quiet now:\n- HighLatency {service="checkout"} since 2026-11-20T11:00:00Z',
    },
    verify: {
      tool: 'prometheus.list_silences',
      input: { comment_contains: expect.stringMatching(/^call_/), state: 'any' },
    },
  });
});

test('mutes from now on, in the name of who asked, findable by its call, and can be taken back', async () => {
  const made: Parameters<AlertmanagerClient['createSilence']>[0][] = [];
  const context = contextThat({ createSilence: (silence) => (made.push(silence), Promise.resolve(SILENCE_ID)) });
  expect(
    await callTool(createSilence, thirtyMinutes, { ...context, call: { id: 'call_7', principal: 'ada' } }),
  ).toMatchObject({
    ok: true,
    output: { data: { silence_id: SILENCE_ID, ends_at: '2026-11-20T12:30:00.000Z' } },
    undo: { tool: 'prometheus.expire_silence', input: { silence_id: SILENCE_ID } },
  });
  expect(made).toMatchObject([
    { createdBy: 'ada', comment: 'rolling out 1.4 (call_7)', startsAt: '2026-11-20T12:00:00.000Z' },
  ]);
});

test('says which bad matcher Alertmanager refused', async () => {
  const context = contextThat({
    createSilence: () => Promise.reject(refusal('Alertmanager', 400, 'bad matcher: "="')),
  });
  const reply = await callTool(createSilence, thirtyMinutes, context);
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('matcher') },
  });
  expect(reply).not.toHaveProperty('outcomeUnknown');
});

test.each([
  ['lost', 0],
  ['unreadable', 200],
  ['refused', 500],
] as const)('does not claim to know what happened when the answer is %s (%d)', async (kind, status) => {
  const context = contextThat({
    createSilence: () =>
      Promise.reject(new UpstreamError('Alertmanager', kind, 'Alertmanager broke.', { status, write: true })),
  });
  expect(await callTool(createSilence, thirtyMinutes, context)).toMatchObject({
    ok: false,
    error: { code: 'upstream_failed', retryable: false },
    outcomeUnknown: true,
  });
});

test('refuses to mute everything, before a person is asked', async () => {
  const everything = [
    { name: 'service', value: '.*', op: '=~' },
    { name: 'team', value: '' },
    { name: 'x', value: 'y', op: '!=' },
  ];
  expect(await prepareTool(createSilence, { ...thirtyMinutes, matchers: everything }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { matchers: 'fit every alert' } } },
  });
});

test('of hundreds of alerts it shows some and counts all', async () => {
  const many = Array.from({ length: 300 }, (_, index) => heard('Slow', { pod: String(index) }));
  const reply = await prepareTool(
    createSilence,
    thirtyMinutes,
    contextThat({ activeAlerts: () => Promise.resolve(many) }),
  );
  expect(reply).toMatchObject({
    ok: true,
    prepared: { blast: { alerts: 300 }, diff: expect.stringContaining('- and 280 more') },
  });
});
