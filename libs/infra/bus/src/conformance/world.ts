import { AppError, newId } from '@devmesh/contracts';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { Logger } from '@devmesh/runtime';
import type { Bus } from '../bus.ts';
import type { BusOptions } from '../create-bus.ts';

/** What a suite may want otherwise than usual. */
export type BusTuning = Partial<BusOptions>;

/** One form of the bus, as the suite needs it. */
export interface BusForm {
  /** One more bus on the same network. */
  connect(options: BusOptions): Promise<Bus>;
  /** Sends bytes as they are. */
  sendRaw(subject: string, body: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

export interface World {
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Two that hear each other, for all tests. */
  readonly asker: Bus;
  readonly server: Bus;
  connect(tuning?: BusTuning): Promise<Bus>;
  connectMany(count: number): Promise<Bus[]>;
  sendRaw: BusForm['sendRaw'];
}

export function createWorld(make: () => Promise<BusForm>): World {
  const buses: Bus[] = [];
  let form: BusForm | undefined;

  const theForm = () => {
    if (form === undefined) throw new Error('the form did not start');
    return form;
  };
  const shared = (index: number) => {
    const bus = buses[index];
    if (bus === undefined) throw new Error('the form did not start');
    return bus;
  };
  async function connect(tuning: BusTuning = {}): Promise<Bus> {
    const bus = await theForm().connect({
      logger: silentLogger(),
      metrics: createMetrics({ service: 'test' }),
      ...tuning,
    });
    buses.push(bus);
    return bus;
  }

  return {
    async begin() {
      form = await make();
      await connect();
      await connect();
    },
    async end() {
      await Promise.all(buses.map((bus) => bus.close()));
      await form?.stop();
    },
    get asker() {
      return shared(0);
    },
    get server() {
      return shared(1);
    },
    connect,
    connectMany: (count) => Promise.all(Array.from({ length: count }, () => connect())),
    sendRaw: (subject, body) => theForm().sendRaw(subject, body),
  };
}

/** A subject of one test's own, so that many can share one server. */
export function freshSubject(): string {
  return `test.${newId('t')}`;
}

/** What a promise fails with. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Resolves when as many items as wanted have been put in. */
export function collector<T>(): { items: T[]; add(item: T): void; reach(count: number): Promise<T[]> } {
  const items: T[] = [];
  let waiting: { count: number; resolve: (items: T[]) => void }[] = [];
  const look = () => {
    for (const { resolve } of waiting.filter(({ count }) => items.length >= count)) resolve(items);
    waiting = waiting.filter(({ count }) => items.length < count);
  };
  return {
    items,
    add(item) {
      items.push(item);
      look();
    },
    reach: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        look();
      }),
  };
}

export function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => {
      resolve(signal.reason);
    });
  });
}

export interface LoggedLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: Record<string, unknown>;
}

/** A logger that keeps what it is told. */
export function keepingLogger(): { logger: Logger; lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const keep =
    (level: LoggedLine['level']) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      lines.push({ level, message, fields });
    };
  const logger: Logger = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    child: () => logger,
  };
  return { logger, lines };
}

/** Item `i`, going round. */
export function nth<T>(items: readonly T[], i: number): T {
  const item = items[i % items.length];
  if (item === undefined) throw new Error('there is none');
  return item;
}
