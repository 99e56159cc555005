import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EngineReply, EngineRequest, EngineSettings } from './engine-messages.ts';

type Question = EngineRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/** PGlite in its worker thread. */
export interface Engine {
  ask(question: Question): Promise<Uint8Array>;
  /** Called once, when the thread ended without being told to. */
  onLost(listener: (error: Error) => void): void;
  close(): Promise<void>;
}

interface Waiting {
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

export async function startEngine(settings: EngineSettings): Promise<Engine> {
  // From source this file is `.ts`, in an image `.js`; execArgv (the export conditions) passes to a worker by itself.
  const file = new URL(`./pglite-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: settings });
  const waiting = new Map<number, Waiting>();
  const listeners: ((error: Error) => void)[] = [];
  let lost: Error | undefined;
  let closing = false;
  let lastId = 0;

  function lose(error: Error): void {
    if (lost !== undefined) return;
    lost = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!closing) for (const listener of listeners) listener(error);
  }

  const opened = new Promise<Uint8Array>((resolve, reject) => waiting.set(0, { resolve, reject }));
  worker.on('error', (error: unknown) => {
    lose(error instanceof Error ? error : new Error(String(error)));
  });
  worker.on('exit', (code) => {
    lose(new Error(`Connection terminated: the embedded database's thread ended (exit ${String(code)}).`));
  });
  worker.on('message', (reply: EngineReply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(new Error(reply.error));
    else asked?.resolve(reply.bytes);
  });

  function ask(question: Question): Promise<Uint8Array> {
    if (lost !== undefined) return Promise.reject(lost);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id });
    });
  }

  await opened;
  return {
    ask,
    onLost: (listener) => void listeners.push(listener),
    async close() {
      closing = true;
      if (lost !== undefined) return;
      const ended = once(worker, 'exit');
      await ask({ kind: 'close' });
      await worker.terminate();
      await ended;
    },
  };
}
