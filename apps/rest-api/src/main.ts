import { createRoad, openServers, RoadSettings, ServerSettings } from '@devmesh/assembly';
import { startProcess } from '@devmesh/runtime';
import { z } from 'zod';
import { createRestDoor } from './create-rest-door.ts';
import { RestSettings } from './settings.ts';
import { VERSION } from './version.ts';

await startProcess({
  service: 'rest-api',
  schema: z.object({ ...RoadSettings.shape, ...ServerSettings.shape, ...RestSettings.shape }),
  async start({ config, ...process }) {
    const road = createRoad(await openServers(config, process, 'rest-api'), process, config);
    process.lifecycle.onStop('road', await road.start());
    const door = createRestDoor(road, {
      corsOrigins: config.CORS_ORIGINS,
      trustProxy: config.TRUST_PROXY ?? false,
      version: VERSION,
    });
    const listening = await door.listen({
      port: config.REST_PORT,
      ...(config.REST_HOST !== undefined && { host: config.REST_HOST }),
    });
    process.lifecycle.onStop('http', () => listening.close());
    process.logger.info('ready', { port: listening.port });
  },
});
