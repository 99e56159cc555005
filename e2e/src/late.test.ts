import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { askForSilence, ending, silencesOf } from './journeys/silence.ts';
import { useWorld } from './journeys/world.ts';
import { FORMS, type AppName } from './platform/platform.ts';
import { until } from './platform/until.ts';

const CLOCK = pathToFileURL(join(import.meta.dirname, 'platform/shiftable-clock.ts')).href;
const APPS: readonly AppName[] = ['rest-api', 'mcp-server', 'worker', 'adapter-prometheus'];

/** What comes too late, on clocks that are moved on by a day: nobody waits for it. */
describe.each(FORMS)('too late: %s', (form) => {
  const world = useWorld(form, { env: { NODE_OPTIONS: `--import=${CLOCK}` } });

  test('an approval after its expiry does nothing, and an expired key opens nothing', async () => {
    const agent = await world.makeKey({ expires_in_days: 1, scopes: ['read', 'write'], toolset: 'all' });
    const asked = await askForSilence(world.api);
    expect((await agent.api.get('/api/v1/auth/me')).status).toBe(200);
    for (const child of new Set(APPS.map((name) => world.platform.app(name)))) child.send('SIGUSR2');

    await until(async () => (await agent.api.get('/api/v1/auth/me')).status === 401, {
      what: 'the key has expired',
      forMs: 2_000,
    });
    const owner = await world.owner();
    const page = await owner.get(`/approvals/${asked.approvalId}`);
    expect(page.html).toContain('expired');
    expect(page.html).not.toContain('value="approved"');
    const token = /name="csrf_token" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const late = await owner.send(`/approvals/${asked.approvalId}`, { verdict: 'approved', csrf_token: token });
    expect([late.status, late.html.includes('expired')]).toEqual([409, true]);
    expect(await ending(world.api, asked.callId)).toMatchObject({
      success: false,
      status: 'expired',
      error: { code: 'timeout', retryable: false },
    });
    expect(await silencesOf(asked.callId)).toEqual([]);
  });
});
