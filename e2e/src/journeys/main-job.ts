import { describe, expect, test } from '@jest/globals';
import { rest, type Json } from '../clients/rest.ts';
import { until } from '../platform/until.ts';
import { ALERT, approve, askForSilence, ending, isMutedBy, silencesOf } from './silence.ts';
import { unique, type World } from './world.ts';

/** Ask, remember, find, act with a person's yes, take it back: over REST. */
export function describeMainJob(world: World): void {
  describe('the main job over REST', () => {
    test('a real Prometheus answers a question, and says which connection it was', async () => {
      const { status, body } = await world.api.call('prometheus_query', { query: 'up' });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        success: true,
        status: 'succeeded',
        scope: { connection: 'default', query: 'up' },
        sources: { prometheus: 'ok' },
      });
      expect(body.data.rows.length).toBeGreaterThan(0);
      expect((await world.api.call('prometheus.query', { query: 'up' })).body.success).toBe(true);
    });

    test('the alert that fires is found', async () => {
      const { body } = await world.api.call('prometheus_firing_alerts');
      expect(body.data.rows.map((row: Json) => row[0])).toContain(ALERT);
      expect(body.sources).toEqual({ prometheus: 'ok', alertmanager: 'ok' });
    });

    test('what was kept is found again within two seconds, by identifier and by question', async () => {
      const id = unique('incident');
      const code = unique('ERR_POOL');
      const written = await world.api.post('/api/v1/contexts', {
        id,
        content: [
          {
            role: 'assistant',
            content: `Checkout failed with ${code}: the connection pool was exhausted after the rollout of 1.4.`,
          },
        ],
      });
      expect(written.status).toBe(201);
      for (const query of [code, 'why was the connection pool exhausted?']) {
        const hits = await until(async () => hitsOf(world, query, id), {
          what: `"${query}" finds ${id}`,
          forMs: 2_000,
        });
        expect(hits[0]).toMatchObject({
          context_id: id,
          metadata: { message_range: [0, 0] },
          similarity: expect.any(Number),
        });
      }
    });

    test('a conversation of 50 messages, written back whole at every turn, is kept once and found', async () => {
      const id = unique('conv');
      const marker = unique('deadbeef');
      await world.api.post('/api/v1/contexts', { id, metadata: { messages: [], topic: 'latency' } });
      for (let turn = 0; turn < 50; turn++) {
        const { body } = await world.api.get(`/api/v1/contexts/${id}`);
        const messages = [
          ...body.metadata.messages,
          {
            role: turn % 2 === 0 ? 'user' : 'assistant',
            content: turn === 41 ? `The culprit was ${marker}.` : `Turn ${String(turn)} about latency.`,
            n: turn,
          },
        ];
        const { status } = await world.api.request('PUT', `/api/v1/contexts/${id}`, {
          metadata: { ...body.metadata, messages },
        });
        expect(status).toBe(200);
      }
      const { body } = await world.api.get(`/api/v1/contexts/${id}`);
      expect(body.metadata.topic).toBe('latency');
      expect(body.metadata.messages.map((message: Json) => message.n)).toEqual(
        Array.from({ length: 50 }, (_, turn) => turn),
      );
      expect(body.message_count).toBe(50);
      const hits = await until(() => hitsOf(world, marker, id), { what: 'the 42nd turn is found', forMs: 3_000 });
      expect(hits[0].text).toContain(marker);
    });

    test('a silence needs a person, is then really there, and undo takes it away; all of it is in the audit trail', async () => {
      const asked = await askForSilence(world.api, { matchers: [{ name: 'alertname', value: ALERT }] });
      expect(asked.approvalUrl).toContain(`/approvals/${asked.approvalId}`);
      expect(await silencesOf(asked.callId)).toEqual([]);

      const owner = await world.owner();
      expect((await owner.get('/approvals')).html).toContain(asked.approvalId);
      const page = await owner.get(`/approvals/${asked.approvalId}`);
      expect(page.html).toContain(ALERT);
      expect(page.html).not.toMatch(/<script/i);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect((await approve(owner, asked)).status).toBe(303);

      const began = performance.now();
      const done = await ending(world.api, asked.callId);
      // Whoever approves watches the page: the worker is woken, it does not come round by chance.
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(done).toMatchObject({
        success: true,
        status: 'succeeded',
        data: { silence_id: expect.any(String) },
        call: { can_undo: true },
      });
      expect(await silencesOf(asked.callId)).toEqual([
        expect.objectContaining({ id: done.data.silence_id, status: { state: 'active' } }),
      ]);
      await until(() => isMutedBy(done.data.silence_id), { what: 'the alert is muted' });

      const undone = await world.api.post(`/api/v1/calls/${asked.callId}/undo`);
      expect([undone.status, undone.body.success]).toEqual([200, true]);
      expect(await silencesOf(asked.callId)).toEqual([expect.objectContaining({ status: { state: 'expired' } })]);
      await until(async () => !(await isMutedBy(done.data.silence_id)), { what: 'the alert is heard again' });
      expect((await world.api.get(`/api/v1/calls/${undone.body.call_id}`)).body.call.undo_of).toBe(asked.callId);

      const lines = (await world.api.get(`/api/v1/audit?call_id=${asked.callId}`)).body.data as Json[];
      expect(lines.map(({ action, outcome }) => `${String(action)} ${String(outcome)}`).reverse()).toEqual([
        'call.requested pending',
        'approval.approved ok',
        'call.finished ok',
      ]);
      expect(lines.find(({ action }) => action === 'approval.approved')).toMatchObject({
        actor: expect.objectContaining({ kind: 'person', label: world.platform.owner.email }),
      });
    });

    test('a refusal does nothing, and the requester is told that a person refused', async () => {
      const asked = await askForSilence(world.api);
      await (await world.owner()).submit(`/approvals/${asked.approvalId}`, { verdict: 'refused', reason: 'not now' });
      expect(await ending(world.api, asked.callId)).toMatchObject({
        success: false,
        status: 'refused',
        error: { code: 'forbidden' },
      });
      expect(await silencesOf(asked.callId)).toEqual([]);
    });

    test('calls are counted and timed', async () => {
      await world.api.call('prometheus_query', { query: 'up' });
      await world.api.post('/api/v1/search', { query: 'latency' });
      const text = await allMetrics(world);
      expect(text).toMatch(/mcp_tool_executions_total\{[^}]*tool="prometheus\.query"[^}]*\} [1-9]/);
      expect(text).toMatch(/mcp_tool_duration_seconds_count\{[^}]*tool="prometheus\.query"[^}]*\} [1-9]/);
      expect(text).toMatch(/mcp_search_duration_seconds_count(\{[^}]*\})? [1-9]/);
      expect(text).toMatch(/rate_limit_requests_total\{[^}]*\} [1-9]/);
      expect(text).toMatch(/queue_jobs_total\{[^}]*job="context\.index"[^}]*\} [1-9]/);
    });

    test('the audit chain holds, with every line sealed', async () => {
      const verdict = await until(
        async () => {
          const { body } = await world.api.get('/api/v1/audit/verify');
          return body.lines > 0 && body.sealed === body.lines && body;
        },
        { what: 'every line is sealed' },
      );
      expect(verdict.ok).toBe(true);
    });
  });
}

async function hitsOf(world: World, query: string, contextId: string): Promise<Json> {
  const { body } = await world.api.post('/api/v1/search', { query });
  expect(body.mode).toBe('keyword');
  return body.results[0]?.context_id === contextId && body.results;
}

export async function allMetrics(world: World): Promise<string> {
  const answers = await Promise.all(
    Object.values(world.platform.internalUrls()).map((url) => rest(url).get('/metrics')),
  );
  return answers.map(({ text }) => text).join('\n');
}
