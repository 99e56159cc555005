import { startPlatform, StartSettings } from 'devmesh';
import { startProcess } from '@devmesh/runtime';
import { sayReady } from './child.ts';
import { echoAdapter } from './echo-adapter.ts';

// The platform as `npm start` runs it, with one more system: key, policy, limit, metrics and audit are all on.
const tools = Number(process.argv[2] ?? '1');
await startProcess({
  service: 'bench',
  schema: StartSettings,
  async start(context) {
    const facts = await startPlatform(context, [echoAdapter(tools)]);
    sayReady({
      url: facts.restUrl,
      ...(facts.access.apiKey !== undefined && { apiKey: facts.access.apiKey }),
      readyMs: performance.now(),
    });
  },
});
