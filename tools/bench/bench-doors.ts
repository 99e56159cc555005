import { benchPlatform } from './bench-platform.ts';
import { startChild } from './child.ts';
import { compareLoads, type Say } from './compare.ts';
import { mcpLoad } from './mcp-load.ts';
import type { Load } from './load.ts';

const ROUNDS = 3;
const SIZE = { concurrency: 16, requests: 1000 };
const HALF_LOAD = { concurrency: 2, requests: 500 };
const EXPECT = 'a payload of some forty';

/** MCP against the bare SDK, REST against bare Express: same client, concurrency and payload. */
export async function benchDoors(say: Say): Promise<void> {
  const bareMcp = await startChild('bare-mcp.ts', []);
  const bareExpress = await startChild('bare-express.ts', []);
  for (const tools of [1, 300]) {
    const platform = await benchPlatform(tools);
    const url = `${platform.url}/mcp`;
    const compare = (what: string, size: typeof SIZE) =>
      compareLoads(
        what,
        mcpLoad(url, 'bench_echo', platform.apiKey, size),
        mcpLoad(bareMcp.ready.url, 'bench_echo', undefined, size),
        { rounds: ROUNDS, expect: EXPECT },
      );
    say(await compare(`MCP tools/call, ${String(tools)} tools, throughput`, SIZE));
    say(await compare(`MCP tools/call, ${String(tools)} tools, 2 at a time`, HALF_LOAD));
    if (tools === 1)
      say(
        await compareLoads(
          'REST tools/…/execute, throughput',
          restLoad(`${platform.url}/api/v1/tools/bench_echo/execute`, platform.apiKey),
          restLoad(bareExpress.ready.url, undefined),
          { rounds: ROUNDS, expect: EXPECT },
        ),
      );
    await platform.stop();
    await platform.remove();
  }
  await Promise.all([bareMcp.stop(), bareExpress.stop()]);
}

function restLoad(url: string, apiKey: string | undefined): Load {
  const headers = {
    'content-type': 'application/json',
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  };
  return {
    ...SIZE,
    url,
    headers,
    body: () => JSON.stringify({ parameters: { text: 'a payload of some forty characters, more or less' } }),
  };
}
