import { expect, test } from '@jest/globals';
import { callTool, contextThat, prepareTool, refusal, silence, SILENCE_ID } from '../prometheus.fixtures.ts';
import { createSilence } from './create-silence.ts';
import { expireSilence } from './expire-silence.ts';

const input = { silence_id: SILENCE_ID };

test('shows whose silence ends, and what it mutes', async () => {
  expect(
    await prepareTool(expireSilence, input, contextThat({ silence: () => Promise.resolve(silence()) })),
  ).toMatchObject({
    ok: true,
    prepared: {
      resource: { kind: 'Silence', name: SILENCE_ID },
      observed: { updated_at: '2026-11-20T11:00:00Z' },
      diff: 'End {service="checkout"} until 2026-11-20T13:00:00Z, by ada@example.com: rolling out 1.4',
    },
    verify: { tool: 'prometheus.list_silences', input: { ids: [SILENCE_ID], state: 'expired' } },
  });
});

test('ends it; the way back mutes the same for what was left, and never longer than is allowed', async () => {
  const ended: string[] = [];
  const context = (endsAt: string) =>
    contextThat({
      silence: () => Promise.resolve(silence({ endsAt })),
      expireSilence: (id) => Promise.resolve(void ended.push(id)),
    });
  const soon = await callTool(expireSilence, input, context('2026-11-20T13:00:00Z'));
  expect(soon).toMatchObject({
    ok: true,
    output: { data: { minutes_left: 60 } },
    undo: { tool: 'prometheus.create_silence', input: { duration_minutes: 60, reason: 'restored: rolling out 1.4' } },
  });
  const late = await callTool(expireSilence, input, context('2027-11-20T13:00:00Z'));
  expect(createSilence.input.safeParse(late.ok && late.undo?.input).error).toBeUndefined();
  expect(ended).toEqual([SILENCE_ID, SILENCE_ID]);
});

test('does nothing when it was changed since somebody approved', async () => {
  const context = contextThat({ silence: () => Promise.resolve(silence({ updatedAt: '2026-11-20T11:59:00Z' })) });
  const prepared = {
    resource: {},
    observed: { updated_at: '2026-11-20T11:00:00Z' },
    blast: { silences: 1 },
    reversible: true,
  };
  const reply = await callTool(expireSilence, input, { ...context, prepared });
  expect(reply).toMatchObject({ ok: false, error: { code: 'conflict', details: { reason: 'stale' } } });
  expect(reply).not.toHaveProperty('outcomeUnknown');
});

test('says that it ended long ago, or never was', async () => {
  const ended = contextThat({ silence: () => Promise.resolve(silence({ state: 'expired' })) });
  expect(await prepareTool(expireSilence, input, ended)).toMatchObject({
    ok: false,
    error: { code: 'conflict', details: { reason: 'already_expired' } },
  });
  const unknown = contextThat({
    silence: () => Promise.reject(refusal('Alertmanager', 404, 'Alertmanager answered 404.')),
  });
  expect(await prepareTool(expireSilence, input, unknown)).toMatchObject({
    ok: false,
    error: { code: 'not_found', suggestion: expect.stringContaining('list_silences') },
  });
});

test('refuses an id that is none', async () => {
  expect(await callTool(expireSilence, { silence_id: '' }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { silence_id: expect.any(String) } } },
  });
});
