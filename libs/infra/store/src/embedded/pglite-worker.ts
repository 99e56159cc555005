import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { vector } from '@electric-sql/pglite-pgvector';
import type { EngineReply, EngineRequest, EngineSettings } from './engine-messages.ts';

// A thread of its own: on the main one an index build would stop the whole process for seconds.
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');

const { dataDir, dumpFile } = workerData as EngineSettings;
const engine = await PGlite.create({
  ...(dataDir !== undefined && { dataDir }),
  ...(dumpFile !== undefined && { loadDataDir: new Blob([await readFile(dumpFile)]) }),
  extensions: { vector, pg_trgm, btree_gin, pgcrypto },
});

async function answer(request: EngineRequest): Promise<Uint8Array<ArrayBuffer>> {
  if (request.kind === 'wire') return engine.execProtocolRaw(request.bytes) as Promise<Uint8Array<ArrayBuffer>>;
  if (request.kind === 'dump') return new Uint8Array(await (await engine.dumpDataDir('none')).arrayBuffer());
  await engine.close();
  return new Uint8Array(0);
}

port.on('message', (request: EngineRequest) => {
  answer(request).then(
    (bytes) => {
      port.postMessage({ id: request.id, bytes } satisfies EngineReply, [bytes.buffer]);
    },
    (error: unknown) => {
      port.postMessage({ id: request.id, error: String(error) } satisfies EngineReply);
    },
  );
});
port.postMessage({ id: 0, bytes: new Uint8Array(0) } satisfies EngineReply);
