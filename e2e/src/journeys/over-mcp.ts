import { describe, expect, test } from '@jest/globals';
import { connectMcp, ERAS, type McpClient } from '../clients/mcp.ts';
import type { Json } from '../clients/rest.ts';
import { until } from '../platform/until.ts';
import { ALERT, approve, isMuted, silencesOf } from './silence.ts';
import { unique, type World } from './world.ts';

/** The main job once more, as an agent does it: over MCP, in both eras of the protocol. */
export function describeOverMcp(world: World): void {
  describe.each(ERAS)('the main job over MCP, %s era', (era) => {
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
        expect(await silencesOf(asked.call_id)).toHaveLength(1);
        await until(() => isMuted(ALERT), { what: 'the alert is muted' });

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
