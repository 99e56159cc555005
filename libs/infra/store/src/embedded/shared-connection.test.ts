import { expect, test } from '@jest/globals';
import { guardPool } from '../guarded-pool.ts';
import { startEngine } from './engine.ts';
import { createSessionPool } from './session-pool.ts';
import { openSharedConnection } from './shared-connection.ts';

test('when the engine is gone, every statement is `unavailable` at once, and somebody is told', async () => {
  const engine = await startEngine({});
  const connection = await openSharedConnection(engine, 1_000);
  const lost: unknown[] = [];
  const pool = guardPool(createSessionPool(connection, { name: 'app', searchPath: 'public' }), {
    succeeded() {},
    lost: (error) => lost.push(error),
  });
  const client = await pool.connect();
  await client.query('begin');
  await engine.close();
  await expect(client.query('select 1')).rejects.toMatchObject({ code: 'unavailable' });
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'unavailable' });
  expect(lost).toHaveLength(2);
  client.release();
});
