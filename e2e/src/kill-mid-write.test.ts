import { afterEach, describe, expect, test } from '@jest/globals';
import type { Json } from './clients/rest.ts';
import { approve, askForSilence, ending, silencesOf, type Pending } from './journeys/silence.ts';
import { unique, useWorld } from './journeys/world.ts';
import { FORMS, type AppName } from './platform/platform.ts';
import { until } from './platform/until.ts';
import { startAlertmanager, type FakeAlertmanager } from './vendors/fake-alertmanager.ts';

/** A lost lease is found by a sweep: the tool's time, a grace and the sweep's turn. */
const SETTLED_MS = 60_000;

/** A process dies after the vendor accepted a write and before anybody heard of it. */
describe.each(FORMS)('killed in the middle of a write: %s', (form) => {
  const world = useWorld(form);
  const vendors: FakeAlertmanager[] = [];
  afterEach(() => Promise.all(vendors.splice(0).map((vendor) => vendor.close())));

  test.each(form === 'one-process' ? (['rest-api'] as const) : (['adapter-prometheus', 'worker'] as const))(
    '%s: nobody claims to know how it ended, verify settles it, and the vendor was asked once',
    async (victim) => {
      const vendor = await accepting(victim);
      const asked = await askForSilence(world.api, { connection: await connect(vendor) });
      await approve(await world.owner(), asked);
      await until(() => vendor.made() === 1 && !world.platform.app(victim).running(), {
        what: `the vendor has accepted and ${victim} is dead`,
      });
      await world.platform.restart(victim);

      const lost = await until(() => settled(asked), {
        what: 'the outcome is unknown',
        forMs: SETTLED_MS,
        everyMs: 500,
      });
      expect(lost).toMatchObject({
        success: false,
        status: 'outcome_unknown',
        error: { retryable: false, suggestion: expect.stringContaining('verify') },
      });
      expect(vendor.made()).toBe(1);

      const verified = await until(
        async () => {
          const { body } = await world.api.post(`/api/v1/calls/${asked.callId}/verify`);
          return body.success === true && body;
        },
        { what: 'verify settles it' },
      );
      expect(verified).toMatchObject({ status: 'succeeded' });
      expect((await ending(world.api, asked.callId)).status).toBe('succeeded');
      expect(vendor.made()).toBe(1);
    },
    SETTLED_MS + 60_000,
  );

  // In one process the worker is the very process that takes the approval: there the case above is this one.
  const withoutWorker = 'a call that was approved while no worker lived is executed once when one does';
  if (form === 'separate')
    test(withoutWorker, async () => {
      await world.platform.kill('worker');
      const asked = await askForSilence(world.api);
      expect((await approve(await world.owner(), asked)).status).toBe(303);
      expect((await world.api.get(`/api/v1/calls/${asked.callId}`)).body.status).toBe('approval_pending');
      await world.platform.restart('worker');
      expect((await ending(world.api, asked.callId)).status).toBe('succeeded');
      expect(await silencesOf(asked.callId)).toHaveLength(1);
    });

  async function settled({ callId }: Pending): Promise<Json> {
    const { body } = await world.api.get(`/api/v1/calls/${callId}`);
    return !['approval_pending', 'dispatched'].includes(String(body.status)) && body;
  }

  /** Keeps the first silence, kills the victim, and answers only then. */
  async function accepting(victim: AppName): Promise<FakeAlertmanager> {
    const vendor = await startAlertmanager((answer) => {
      void world.platform.kill(victim).then(answer);
    });
    vendors.push(vendor);
    return vendor;
  }

  async function connect(vendor: FakeAlertmanager): Promise<string> {
    const name = unique('fake');
    const { status } = await world.api.post('/api/v1/connections', {
      system: 'prometheus',
      name,
      settings: { alertmanager_url: vendor.url },
    });
    expect(status).toBe(201);
    return name;
  }
});
