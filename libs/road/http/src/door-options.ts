import type { Principal } from '@devmesh/contracts';
import type { Clock, Health, Logger, Metrics } from '@devmesh/runtime';
import type { TextReply } from './reply.ts';

/** Who is asking. `createIdentity()` plus its `coversScope` fits. */
export interface DoorIdentity {
  /** A key or an access token → who it belongs to. Throws unauthenticated. */
  authenticate(credential: string): Promise<Principal>;
  /** A whole Cookie header → the signed-in person, and the token that their forms carry. */
  sessionFromCookie?(header: string | undefined): Promise<{ principal: Principal; csrf: string } | undefined>;
  /** Hears the id of a key, session or person whose rights ended or changed, undefined when it may be anybody's; gives back how to stop. */
  onRevoked?(listener: (id: string | undefined) => void): () => void;
  coversScope(held: readonly string[], scope: string): boolean;
}

export interface QuotaAnswer {
  allowed: boolean;
  /** RateLimit-Policy, RateLimit and the older X-RateLimit-*. */
  headers: Readonly<Record<string, string>>;
  retryAfterSeconds: number;
}

export interface DoorQuota {
  /** Takes the one token of an authenticated request. */
  takeRequest(principal: Principal): Promise<QuotaAnswer>;
  /** Takes a token of an address that has shown no valid credential: public routes, guesses. */
  takeAnonymous?(address: string): Promise<QuotaAnswer>;
}

export interface StoredReply {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface DoorIdempotency {
  /** Runs `make` once per (principal, route, key) and keeps the answer; see contracts §1. */
  run(
    principal: Principal,
    routeName: string,
    key: string,
    inputHash: string,
    make: () => Promise<StoredReply>,
  ): Promise<StoredReply>;
}

export interface DoorOptions {
  service: string;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  clock: Clock;
  identity?: DoorIdentity;
  quota?: DoorQuota;
  idempotency?: DoorIdempotency;
  /** Default 1 MiB; a route may say otherwise. */
  maxBodyBytes?: number;
  /** Exact origins of pages elsewhere that may call. Default none. */
  corsOrigins?: readonly string[];
  /** Express's `trust proxy`: whose X-Forwarded-For is believed. Default nobody's. */
  trustProxy?: boolean | number | string;
  /** Between two signs of life on an event stream, in milliseconds. Default 15 s. */
  heartbeatMs?: number;
  /** Parses every JSON answer by the route's own schema and fails where it does not fit: for tests. */
  checkReplies?: boolean;
  /** Where people sign in: said to whoever sends a key where a person is needed. */
  signInUrl?: string;
  /** What a person sees when a page cannot be shown. */
  renderErrorPage?(error: {
    code: string;
    message: string;
    suggestion: string | undefined;
    requestId: string;
    status: number;
  }): TextReply;
}
