import type { ErrorCode } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';

/** One way in which the vendor fails. */
export interface VendorFailure {
  /** Ends the sentence "when the vendor …". */
  name: string;
  /** What the clients throw then. */
  thrown(): unknown;
  /** What a caller sees. */
  code: ErrorCode;
  /** Whether a write that fails so may have been done. */
  outcomeUnknown?: boolean;
}

/** What an adapter's test gives to `describeAdapter`. */
export interface AdapterSuite<Clients extends object> {
  /** The clients of a healthy system as plain fakes on which every example works; new ones for every test. */
  context(): Clients;
  /** The same system with far more in it than anybody reads. */
  flooded(): Clients;
  /** The time of the fakes. */
  now?: Clock;
  failures: readonly VendorFailure[];
  /** A connection as a person enters it. Every text of its credential is searched for in every reply. */
  connection: { endpoint?: string; settings: Record<string, unknown>; credential: unknown };
  /** The adapter's own environment, with the secrets that it may hold: none may be announced. */
  environment: { config: Record<string, unknown>; secrets: readonly string[] };
  /** Why a write lacks what a write should have. */
  reasons?: Readonly<Record<string, Partial<Record<'prepare' | 'verify' | 'undo', string>>>>;
}
