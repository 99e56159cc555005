import { expect, test } from '@jest/globals';
import { callTool, contextThat, refusal, silence, SILENCE_ID } from '../prometheus.fixtures.ts';
import { listSilences } from './list-silences.ts';

const silences = () =>
  Promise.resolve([
    silence({ id: 'ended', state: 'expired', comment: 'old (call_1)' }),
    silence({ id: 'later', endsAt: '2026-11-20T15:00:00.5Z' }),
    silence(),
  ]);

test('shows what is muted now, the one that ends soonest first', async () => {
  expect(await callTool(listSilences, {}, contextThat({ silences }))).toMatchObject({
    ok: true,
    output: {
      data: {
        rows: [
          [
            SILENCE_ID,
            'active',
            'service="checkout"',
            '2026-11-20T11:00:00Z',
            '2026-11-20T13:00:00Z',
            'ada@example.com',
            'rolling out 1.4',
          ],
          expect.arrayContaining(['later', '2026-11-20T15:00:00Z']),
        ],
      },
      summary: '2 active silences.',
    },
  });
});

test('finds the silence of a call whose answer was lost, and no row when there is none', async () => {
  const find = (text: string) =>
    callTool(listSilences, { comment_contains: text, state: 'any' }, contextThat({ silences }));
  expect(await find('call_1')).toMatchObject({
    ok: true,
    output: { data: { rows: [expect.arrayContaining(['ended'])] }, page: { returned: 1 } },
  });
  expect(await find('call_2')).toMatchObject({
    ok: true,
    output: { summary: 'No silence like that.', page: { returned: 0 } },
  });
});

test('says that Alertmanager is not there', async () => {
  const context = contextThat({ silences: () => Promise.reject(refusal('Alertmanager', 502, 'no')) });
  expect(await callTool(listSilences, {}, context)).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringContaining('Alertmanager') },
  });
});

test('refuses a state that there is not', async () => {
  expect(await callTool(listSilences, { state: 'gone' }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input' },
  });
});
