import { expect, test } from '@jest/globals';
import { answer, callTool, contextThat, refusal, target } from '../prometheus.fixtures.ts';
import { listTargets } from './list-targets.ts';

const targets = () =>
  answer([target('api', 'up'), target('cart', 'down', 'connection refused'), target('api', 'unknown')]);

test('shows the targets that are down first, and counts by job', async () => {
  expect(await callTool(listTargets, {}, contextThat({ targets }))).toMatchObject({
    ok: true,
    output: {
      data: {
        jobs: { api: { up: 1, unknown: 1 }, cart: { down: 1 } },
        rows: [
          ['cart', 'cart-0:8080', 'down', '2026-11-20T11:59:59Z', 'connection refused'],
          ['api', 'api-0:8080', 'unknown', expect.any(String), ''],
          ['api', 'api-0:8080', 'up', expect.any(String), ''],
        ],
      },
      summary: '3 targets: 1 down, 1 unknown, 1 up.',
    },
  });
});

test('says that the credential may not look', async () => {
  const context = contextThat({ targets: () => Promise.reject(refusal('Prometheus', 403, 'no')) });
  expect(await callTool(listTargets, {}, context)).toMatchObject({
    ok: false,
    error: { code: 'forbidden', suggestion: expect.stringContaining('credential') },
  });
});

test('names the states that there are', async () => {
  expect(await callTool(listTargets, { health: 'broken' }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('"down"') },
  });
});

test('of an unknown job it names the known ones', async () => {
  expect(await callTool(listTargets, { job: 'shop' }, contextThat({ targets }))).toMatchObject({
    ok: true,
    output: { summary: 'No target of job "shop".', hints: ['Jobs: api, cart.'] },
  });
});
