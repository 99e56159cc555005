import { afterAll, describe, expect, test } from '@jest/globals';
import { connectMcp, ERAS, type McpClient } from '../clients/mcp.ts';
import type { Json } from '../clients/rest.ts';
import { until } from '../platform/until.ts';
import { within } from '../platform/within.ts';
import { ALERT, approve, isMutedBy, silencesOf } from './silence.ts';
import { hang, talkative, vendorsOf } from './vendors-of.ts';
import { unique, type World } from './world.ts';

/** The main job once more, as an agent does it: over MCP, in both eras of the protocol. */
export function describeOverMcp(world: World): void {
  const vendors = vendorsOf(world);
  afterAll(() => vendors.close());

  describe.each(ERAS)('the main job over MCP, %s era', (era) => {
    test('a call that takes several steps tells how far it has come', () =>
      connected(async ({ client }) => {
        const steps: number[] = [];
        const told = Promise.withResolvers<number>();
        const onprogress = ({ progress, total = 0 }: { progress: number; total?: number | undefined }) => {
          steps.push(progress);
          if (progress === total) told.resolve(total);
        };
        await client.callTool(
          { name: 'prometheus_service_overview', arguments: { service: 'prometheus' } },
          { onprogress },
        );
        const total = await told.promise;
        expect(total).toBeGreaterThan(1);
        expect(steps).toEqual(Array.from({ length: total }, (_, step) => step + 1));
      }));

    test("ask, remember, find, silence with a person's yes, undo", () =>
      connected(async (agent) => {
        const { tools } = await agent.client.listTools();
        expect(tools.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['prometheus_query', 'contexts_create', 'memory_search', 'wait_for_call']),
        );
        expect(await agent.call('prometheus_query', { query: 'up' })).toMatchObject({
          success: true,
          sources: { prometheus: 'ok' },
        });

        const id = unique('incident');
        const code = unique('ERR_MCP');
        expect(
          await agent.call('contexts_create', { id, content: `${code}: the cache was cold after the failover.` }),
        ).toMatchObject({ success: true });
        for (const query of [code, 'was the cache cold after the failover?']) {
          await until(
            async () => ((await agent.call('memory_search', { query })) as Json).data.results[0]?.context_id === id,
            { what: `"${query}" finds ${id}`, forMs: 2_000 },
          );
        }

        const asked = await agent.call('prometheus_create_silence', {
          matchers: [{ name: 'alertname', value: ALERT }],
          duration_minutes: 5,
          reason: 'over MCP',
        });
        expect(asked).toMatchObject({
          success: false,
          status: 'approval_pending',
          approval_url: expect.stringContaining('/approvals/'),
        });
        expect(await silencesOf(asked.call_id)).toEqual([]);
        await approve(await world.owner(), {
          callId: asked.call_id,
          approvalId: asked.approval_id,
          approvalUrl: asked.approval_url,
        });

        const waited = await agent.call('wait_for_call', { call_id: asked.call_id });
        expect(JSON.stringify(waited)).toContain('succeeded');
        const [silence] = await silencesOf(asked.call_id);
        await until(() => isMutedBy(silence.id), { what: 'the alert is muted' });

        expect(await agent.call('undo_call', { call_id: asked.call_id })).toMatchObject({ success: true });
        expect(await silencesOf(asked.call_id)).toEqual([expect.objectContaining({ status: { state: 'expired' } })]);
      }));

    test('a tool that failed is a result with a code and a next step; an unknown one is a protocol error with the nearest name', () =>
      connected(async ({ client }) => {
        const failed = await client.callTool({ name: 'prometheus_query', arguments: { query: 'sum(' } });
        expect(failed.isError).toBe(true);
        expect(failed.structuredContent).toMatchObject({
          success: false,
          error: { code: 'invalid_input', suggestion: expect.any(String) },
          call_id: expect.any(String),
        });
        await expect(client.callTool({ name: 'prometheus_qurey', arguments: {} })).rejects.toThrow(/prometheus_query/);
      }));

    test('a client that can be asked shows the link; its accept approves nothing, a person on the page does', async () => {
      const shown: string[] = [];
      let decide = false;
      const agent = await connectMcp(world.platform.mcpUrl, world.platform.apiKey, era, async (message) => {
        shown.push(message);
        const approvalId = /approvals\/(appr_\w+)/.exec(message)?.[1] ?? '';
        if (decide) await approve(await world.owner(), { callId: '', approvalId, approvalUrl: '' });
      });
      try {
        const silence = (reason: string) =>
          agent.call('prometheus_create_silence', {
            matchers: [{ name: 'e2e', value: unique('asked') }],
            duration_minutes: 5,
            reason,
          });
        decide = true;
        const approved = await silence('a person approves');
        expect([approved.success, await silencesOf(approved.call_id)]).toEqual([true, [expect.any(Object)]]);
        expect(shown).toHaveLength(1);
        // The agent's own accept only makes us look again, for ten seconds: once is enough of that.
        if (era === 'legacy') return;
        decide = false;
        const waiting = await silence('nobody does');
        expect([waiting.status, await silencesOf(waiting.call_id)]).toEqual(['approval_pending', []]);
      } finally {
        await agent.close();
      }
    });

    test('a call that the agent cancels ends at the vendor: its connection is closed', () =>
      connected(async ({ client }) => {
        const { vendor, name } = await vendors.that(hang);
        const leaving = new AbortController();
        const asked = client.callTool(
          { name: 'prometheus_query', arguments: { query: 'up', connection: name } },
          { signal: leaving.signal },
        );
        await until(() => vendor.seen[0], { what: 'the vendor is asked' });
        leaving.abort();
        await expect(asked).rejects.toThrow();
        await within(vendor.seen[0]?.closed, 2_000);
      }));

    test('an answer of 5 MB arrives as evidence, and can be read', () =>
      connected(async ({ call }) => {
        const { name } = await vendors.that(talkative, { cost_guardrail: 'off' });
        const answer = await call('prometheus_query', { query: 'big', limit: 1000, connection: name });
        expect(answer).toMatchObject({ success: true, page: { truncated: true }, evidence_ids: [expect.any(String)] });
        const read = await call('evidence_read', { id: answer.evidence_ids[0], query: 'length(rows)' });
        expect(read.data.text.trim()).toBe('1000');
      }));

    test('a context is a resource', () =>
      connected(async ({ client, call }) => {
        const id = unique('note');
        await call('contexts_create', { id, content: 'kept as a resource' });
        const { contents } = await client.readResource({ uri: `devmesh://contexts/${id}` });
        expect(JSON.stringify(contents)).toContain('kept as a resource');
      }));

    test('a toolset in the address narrows what is listed and what may be called', () =>
      connected(async ({ client }) => {
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).not.toContain('prometheus_create_silence');
        await expect(client.callTool({ name: 'prometheus_create_silence', arguments: {} })).rejects.toThrow(/no tool/);
      }, '/t/observe'));

    async function connected(work: (agent: McpClient) => Promise<void>, path = ''): Promise<void> {
      const agent = await connectMcp(`${world.platform.mcpUrl}${path}`, world.platform.apiKey, era);
      try {
        await work(agent);
      } finally {
        await agent.close();
      }
    }
  });

  test('an agent without a valid key is turned away', async () => {
    await expect(connectMcp(world.platform.mcpUrl, `devmesh_${'x'.repeat(43)}`, 'legacy')).rejects.toThrow();
  });
}
