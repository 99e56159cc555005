import { ServerSettings } from '@devmesh/assembly';
import { startProcess } from '@devmesh/runtime';
import { migrate, openPostgres } from '@devmesh/store';

/** Brings the schema up to this version and ends: an ordinary job, safe to run twice or from two places. */
await startProcess({
  service: 'migrate',
  schema: ServerSettings.pick({ DATABASE_URL: true }),
  async start({ config, logger, metrics, lifecycle }) {
    const store = await openPostgres({ url: config.DATABASE_URL, poolSize: 2, logger, metrics });
    lifecycle.onStop('database', () => store.close());
    const { applied } = await migrate(store.db, { logger });
    logger.info('the schema is up to date', { applied });
    await lifecycle.stop();
  },
});
