import { describe, expect, test } from '@jest/globals';
import { csrfIn, signIn } from '../clients/browser.ts';
import { rest } from '../clients/rest.ts';
import { approve, askForSilence, ending, refuse, silencesOf, type Pending } from './silence.ts';
import type { World } from './world.ts';

/** Nobody but a person of the organisation decides, in a session of their own, once, in time. */
export function describeApprovals(world: World): void {
  describe('approvals', () => {
    test("a form without the session's token decides nothing", async () => {
      const asked = await askForSilence(world.api);
      const owner = await world.owner();
      expect((await owner.send(`/approvals/${asked.approvalId}`, { verdict: 'approved' })).status).toBe(403);
      expect(
        (await owner.send(`/approvals/${asked.approvalId}`, { verdict: 'approved', csrf_token: 'guessed' })).status,
      ).toBe(403);
      expect(
        (
          await rest(world.platform.restUrl).post(
            `/api/v1/approvals/${asked.approvalId}/approve`,
            {},
            { headers: { cookie: owner.cookie } },
          )
        ).status,
      ).toBe(403);
      await expectPending(asked);
    });

    test('the token of another session decides nothing, and neither does a form that another site sent', async () => {
      const asked = await askForSilence(world.api);
      const [one, two] = [await world.owner(), await world.owner()];
      const token = csrfIn((await one.get('/approvals')).html) ?? '';
      expect(
        (await two.send(`/approvals/${asked.approvalId}`, { verdict: 'approved', csrf_token: token })).status,
      ).toBe(403);
      expect(
        (
          await one.send(
            `/approvals/${asked.approvalId}`,
            { verdict: 'approved', csrf_token: token },
            { 'sec-fetch-site': 'cross-site' },
          )
        ).status,
      ).toBe(403);
      await expectPending(asked);
    });

    test("a key decides nothing, not even the owner's", async () => {
      const asked = await askForSilence(world.api);
      const overRest = await world.api.post(`/api/v1/approvals/${asked.approvalId}/approve`, {});
      expect([overRest.status, overRest.body.error.details.reason]).toEqual([403, 'person_required']);
      const onThePage = await world.api.request('POST', `/approvals/${asked.approvalId}`, 'verdict=approved', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(onThePage.status).toBe(403);
      expect((await world.api.get('/api/v1/approvals')).status).toBe(403);
      await expectPending(asked);
    });

    test('a second decision is told who decided first, and changes nothing', async () => {
      const asked = await askForSilence(world.api);
      const owner = await world.owner();
      const form = {
        verdict: 'approved',
        csrf_token: csrfIn((await owner.get(`/approvals/${asked.approvalId}`)).html) ?? '',
      };
      const decided = await owner.send(`/approvals/${asked.approvalId}`, form);
      // The address is read again, so that a reload of the page sends nothing.
      expect([decided.status, decided.headers.get('location')]).toEqual([303, `/approvals/${asked.approvalId}`]);
      const again = await owner.send(`/approvals/${asked.approvalId}`, form);
      expect(again.status).toBe(409);
      expect(again.html).toContain(`approved by ${world.platform.owner.email} already`);
      expect((await ending(world.api, asked.callId)).status).toBe('succeeded');
      expect(await silencesOf(asked.callId)).toHaveLength(1);
    });

    test('a decision that comes after the call was cancelled does nothing', async () => {
      const asked = await askForSilence(world.api);
      const owner = await world.owner();
      const token = csrfIn((await owner.get(`/approvals/${asked.approvalId}`)).html) ?? '';
      expect((await world.api.post(`/api/v1/calls/${asked.callId}/cancel`)).status).toBe(202);
      const late = await owner.send(`/approvals/${asked.approvalId}`, { verdict: 'approved', csrf_token: token });
      expect([late.status, late.html.includes('cancelled')]).toEqual([409, true]);
      expect((await ending(world.api, asked.callId)).status).toBe('cancelled');
      expect(await silencesOf(asked.callId)).toEqual([]);
    });

    test("another organisation's owner neither sees nor decides it", async () => {
      const asked = await askForSilence(world.api);
      const stranger = await signIn(world.platform.restUrl, (await world.register()).owner);
      expect((await stranger.get(`/approvals/${asked.approvalId}`)).status).toBe(404);
      expect((await stranger.get('/approvals')).html).not.toContain(asked.approvalId);
      const token = await strangersToken(stranger.cookie);
      expect(
        (await stranger.send(`/approvals/${asked.approvalId}`, { verdict: 'approved', csrf_token: token })).status,
      ).toBe(404);
      await expectPending(asked);
    });

    test('of two sessions that decide at once one wins, and the call goes that way once', async () => {
      const asked = await askForSilence(world.api);
      const [one, two] = [await world.owner(), await world.owner()];
      const answers = await Promise.all([approve(one, asked), refuse(two, asked)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
      const approved = answers[0].status === 303;
      expect((await ending(world.api, asked.callId)).status).toBe(approved ? 'succeeded' : 'refused');
      expect(await silencesOf(asked.callId)).toHaveLength(approved ? 1 : 0);
    });

    test('eight clicks at once on approve are one execution', async () => {
      const asked = await askForSilence(world.api);
      const owner = await world.owner();
      const form = {
        verdict: 'approved',
        csrf_token: csrfIn((await owner.get(`/approvals/${asked.approvalId}`)).html) ?? '',
      };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => owner.send(`/approvals/${asked.approvalId}`, form)),
      );
      expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
      expect((await ending(world.api, asked.callId)).status).toBe('succeeded');
      expect(await silencesOf(asked.callId)).toHaveLength(1);
    });

    test('a key revoked while its call waits: the approved call fails as forbidden and does nothing', async () => {
      const agent = await world.makeKey({ scopes: ['read', 'write'], toolset: 'all' });
      const asked = await askForSilence(agent.api);
      expect((await world.api.request('DELETE', `/api/v1/api-keys/${agent.id}`)).status).toBe(204);
      await approve(await world.owner(), asked);
      expect(await ending(world.api, asked.callId)).toMatchObject({
        status: 'failed',
        error: { code: 'forbidden', message: expect.stringContaining('revoked') },
      });
      expect(await silencesOf(asked.callId)).toEqual([]);
    });

    test('a person decides over REST in a session of their own', async () => {
      const asked = await askForSilence(world.api);
      const { body } = await rest(world.platform.restUrl).post('/api/v1/auth/login', world.platform.owner);
      const person = rest(world.platform.restUrl, body.access_token);
      expect(
        (await person.get('/api/v1/approvals?status=pending')).body.data.map(({ id }: { id: string }) => id),
      ).toContain(asked.approvalId);
      expect(
        (await person.post(`/api/v1/approvals/${asked.approvalId}/approve`, { reason: 'fine' })).body,
      ).toMatchObject({ status: 'approved', decision_reason: 'fine' });
      expect((await ending(world.api, asked.callId)).status).toBe('succeeded');
    });

    async function expectPending(asked: Pending): Promise<void> {
      expect((await world.api.get(`/api/v1/calls/${asked.callId}`)).body.status).toBe('approval_pending');
      expect(await silencesOf(asked.callId)).toEqual([]);
      await world.api.post(`/api/v1/calls/${asked.callId}/cancel`);
    }

    // The sign-out form of their own list carries it.
    async function strangersToken(cookie: string): Promise<string> {
      const response = await fetch(`${world.platform.restUrl}/approvals`, { headers: { cookie } });
      return csrfIn(await response.text()) ?? '';
    }
  });
}
