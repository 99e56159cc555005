import type { Bus } from '@devmesh/bus';
import type { Principal } from '@devmesh/contracts';
import type { Gateway } from '@devmesh/gateway';
import type { Clock, Health, Logger, Metrics } from '@devmesh/runtime';
import type { Vault } from '@devmesh/vault';

/** The part of the road that this door stands on. */
export interface McpGateway {
  callTool: Gateway['callTool'];
  answerOf: Gateway['answerOf'];
  waitForCall: Gateway['waitForCall'];
  catalog: Pick<Gateway['catalog'], 'list' | 'onChange' | 'assertToolsets'>;
}

/** One page of an organisation's contexts, most recent first. */
export interface ContextPage {
  items: readonly { id: string; name?: string | undefined }[];
  nextCursor?: string | undefined;
}

/** What resources are read from. Every function sees only what the principal may see, and throws `not_found` otherwise. */
export interface McpResources {
  /** Throws `invalid_input` for a cursor that is not one of its own. */
  listContexts(principal: Principal, page: { cursor?: string | undefined; limit: number }): Promise<ContextPage>;
  readContext(principal: Principal, id: string): Promise<unknown>;
  readCall(principal: Principal, id: string): Promise<unknown>;
  readEvidence(principal: Principal, id: string): Promise<unknown>;
  readStatus(principal: Principal): Promise<unknown>;
}

export interface RequestAllowance {
  allowed: boolean;
  /** 0 when allowed. */
  retryAfterSeconds: number;
  /** For the reply, whatever it is. */
  headers: Readonly<Record<string, string>>;
}

/** What both ways in (HTTP and stdio) need. */
export interface ServingParts {
  gateway: McpGateway;
  resources: McpResources;
  /** One key for all replicas: what one signed or sealed another can read. */
  vault: Pick<Vault, 'seal' | 'open' | 'sign' | 'verify'>;
  /** Takes the one token of an authenticated request. */
  takeRequest(principal: Principal): Promise<RequestAllowance>;
  /** Hears the id of a key, session or person whose rights ended or changed, undefined when it may be anybody's; gives back how to stop. */
  onRevoked(listener: (id: string | undefined) => void): () => void;
  /** What clients are told about the server. */
  version: string;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
}

export interface McpConfig {
  /** Where clients reach this server from outside; its host is always allowed. */
  publicUrl: string;
  /** Host names (no port) that requests may name beside those of `publicUrl` and of this machine. */
  allowedHosts: readonly string[];
  /** Exact origins (`https://console.example.com`) whose pages may call. */
  allowedOrigins: readonly string[];
  /** Serves `/mcp/conformance` without a key. Refused unless `bindHost` is a loopback address. */
  conformanceFixtures: boolean;
  bindHost: string;
}

/** What the HTTP door needs on top. */
export interface McpParts extends ServingParts {
  /** A key or an access token → who it belongs to. Throws `unauthenticated`. */
  authenticate(credential: string): Promise<Principal>;
  /** Tells the other replicas about legacy sessions: answers and cancels that arrived at the wrong one, ended sessions. */
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  health: Health;
  config: McpConfig;
}
