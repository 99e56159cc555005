import { createRoad, openServers, RoadSettings, ServerSettings } from '@devmesh/assembly';
import { startProcess } from '@devmesh/runtime';
import { z } from 'zod';
import { serveJobs } from './serve-jobs.ts';

await startProcess({
  service: 'worker',
  schema: z.object({ ...RoadSettings.shape, ...ServerSettings.shape }),
  async start({ config, ...process }) {
    const road = createRoad(await openServers(config, process, 'worker'), process, config);
    process.lifecycle.onStop('road', await road.start());
    process.lifecycle.onStop('jobs', await serveJobs(road));
    process.logger.info('ready');
  },
});
