import { Duplex } from 'node:stream';
import type { Engine } from './engine.ts';

const SENDS = new Set(['Q', 'S', 'H'].map((letter) => letter.charCodeAt(0)));
const TERMINATE = 'X'.charCodeAt(0);
const STARTUP = 0;

/**
 * A "socket" to the embedded engine for node-postgres' own client: it speaks Postgres' wire protocol, so that types, errors
 * and notifications are the very same code in both forms.
 */
export function createWireStream(engine: Engine): Duplex {
  let gathered: Buffer[] = [];

  async function send(chunks: Buffer[]): Promise<void> {
    const last = chunks.at(-1)?.[0] ?? TERMINATE;
    if (last === TERMINATE) return;
    gathered.push(...chunks);
    // Parse, Bind and Execute wait for their Sync: one trip per statement.
    if (last !== STARTUP && !SENDS.has(last)) return;
    const bytes = Buffer.concat(gathered);
    gathered = [];
    stream.push(Buffer.from(await engine.ask({ kind: 'wire', bytes })));
  }

  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      send([chunk]).then(() => {
        done();
      }, done);
    },
    writev(writes, done) {
      send(writes.map(({ chunk }) => chunk as Buffer)).then(() => {
        done();
      }, done);
    },
    final(done) {
      stream.push(null);
      done();
    },
  });
  engine.onLost((error) => stream.destroy(error));
  return Object.assign(stream, {
    connect: () => process.nextTick(() => stream.emit('connect')),
    setNoDelay() {},
    setKeepAlive() {},
    ref() {},
    unref() {},
  });
}
