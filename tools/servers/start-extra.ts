import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { catalog, type ServerName } from './catalog.ts';
import { remove } from './down.ts';
import { makeDir, makeServersDir, serversDir } from './home.ts';
import { launch } from './launch.ts';
import { withLock } from './lock.ts';
import { ensurePrograms } from './packages.ts';
import { freePort } from './ports.ts';
import { end, gone, isAlive, processId, signal } from './process.ts';
import { planHash, writeRecord, type ServerRecord } from './record.ts';
import type { ServerOptions } from './server-kind.ts';

export type ExtraOptions = ServerOptions & { readonly env?: NodeJS.ProcessEnv };

/** A server that one test has to itself, to kill, freeze and take away. */
export type ExtraServer = {
  /** The same for all its life. */
  readonly url: string;
  /** Of the latest start. */
  readonly pid: number;
  /** Its own folder: configuration, data and `log`. */
  readonly dir: string;
  /**
   * Sends a signal; default SIGKILL. Resolves when the server is gone, or at once for SIGSTOP and SIGCONT.
   * KILL, STOP and CONT reach its children too.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on its port and data, ending it first where it runs. Resolves when it serves. */
  restart(): Promise<void>;
  /** Ends it and throws its data away. Belongs in `finally` or `afterAll`. */
  stop(): Promise<void>;
};

/**
 * Starts one more server of a kind: own port, own data. It dies with `stop`, with `down`, or, when this process
 * ended without stopping it, with the next `up`.
 */
export async function startExtra(
  name: ServerName,
  { env = process.env, ...options }: ExtraOptions = {},
): Promise<ExtraServer> {
  const serversFolder = serversDir(env);
  const { kind } = catalog(serversFolder)[name];
  makeServersDir(serversFolder);
  const programs = await withLock(serversFolder, () => ensurePrograms(serversFolder, kind.suite, () => {}));
  const id = `extra-${name}-${randomBytes(4).toString('hex')}`;
  const dir = join(makeDir(join(serversFolder, 'extra')), id);
  const port = await freePort();
  const plan = kind.plan({ dir, port, programs }, options);
  const owner = processId(process.pid);
  let current = await start().catch((error: unknown) => {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  });

  async function start(): Promise<ServerRecord> {
    const started = await launch(dir, kind, plan);
    const own = { url: plan.url, port, endSignal: kind.endSignal, dir, planHash: planHash(plan), process: started };
    const record: ServerRecord = { ...own, ...(owner && { owner }) };
    writeRecord(serversFolder, id, record);
    return record;
  }

  return {
    url: plan.url,
    dir,
    get pid() {
      return current.process.pid;
    },
    async kill(name = 'SIGKILL') {
      const hit = signal(current.process, name);
      if (name !== 'SIGSTOP' && name !== 'SIGCONT') await gone(hit, 30_000);
    },
    async restart() {
      if (isAlive(current.process)) await end(current.process, kind.endSignal);
      current = await start();
    },
    stop: () => remove(serversFolder, id, current),
  };
}
