import { AppError } from '@devmesh/contracts';
import type { Clock, DependencyState, Logger } from '@devmesh/runtime';
import { Redis } from 'ioredis';
import type { Script } from './scripts.ts';

/** The longest that a server which neither answers nor refuses can hold a caller up. */
export const ANSWER_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

export interface RedisLinkOptions {
  url: string;
  /** How the server's own list of clients shows us. */
  name: string;
  logger: Logger;
  clock: Clock;
}

export interface RedisLink {
  redis: Redis;
  state(): DependencyState;
  close(): Promise<void>;
}

/**
 * One connection that never queues: while it is down every command fails at once, and it comes back by itself.
 * Waits for the first answer of the server, good or bad; a server that is away is a state, not an error.
 * @throws AppError `invalid_input` when the URL is not one.
 */
export async function openRedis({ url, name, logger, clock }: RedisLinkOptions): Promise<RedisLink> {
  checkUrl(url);
  const redis = new Redis(url, {
    connectionName: name,
    lazyConnect: true,
    enableOfflineQueue: false,
    // What was under way when the connection broke may have happened; nobody waits for it and nothing is sent twice.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(50 * attempt, MAX_RECONNECT_DELAY_MS),
    // After a failover the old primary only reads: come back to whoever the address names now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  const { state, ending } = watch(redis, logger, clock);
  await redis.connect().catch(() => undefined);
  const close = async () => {
    ending();
    redis.disconnect();
  };
  return { redis, state, close };
}

/** One round trip; the text is sent only to a server that does not know the script yet. */
export async function runScript(
  redis: Redis,
  script: Script,
  key: string,
  args: (string | number)[],
): Promise<unknown> {
  return redis.evalsha(script.sha, 1, key, ...args).catch((error: Error) => {
    if (!error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script.lua, 1, key, ...args);
  });
}

export function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'DevMesh’s shared cache (Redis) does not answer.', {
    suggestion: 'Try again in a few seconds; /readyz and the log say since when and why.',
    cause,
  });
}

/** Logs each change once, however many attempts and commands fail in between. */
function watch(redis: Redis, logger: Logger, clock: Clock): { state(): DependencyState; ending(): void } {
  const since = () => clock().toISOString();
  let state: DependencyState = { state: 'down', reason: 'not connected yet', since: since() };
  let told = false;
  const down = (reason: string) => {
    state = { state: 'down', reason, since: state.state === 'up' ? since() : (state.since ?? since()) };
    if (!told) logger.warn('redis is down', { reason });
    told = true;
  };
  redis.on('error', (error: NodeJS.ErrnoException) => down(error.message || (error.code ?? 'connection failed')));
  // An error comes before its close and says more.
  redis.on('close', () => {
    if (state.state === 'up') down('connection closed');
  });
  redis.on('ready', () => {
    state = { state: 'up', since: since() };
    told = false;
    logger.info('redis is up');
  });
  // An end that we wanted is no news.
  return { state: () => state, ending: () => void (told = true) };
}

function checkUrl(url: string): void {
  const scheme = URL.canParse(url) ? new URL(url).protocol : '';
  if (scheme === 'redis:' || scheme === 'rediss:') return;
  throw new AppError('invalid_input', 'The address of Redis is not a URL.', {
    suggestion: 'REDIS_URL=redis://localhost:6379',
  });
}
