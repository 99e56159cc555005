import type { Principal } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import type { Change } from './changes.ts';

/** What a credential stands for, until `expiresAt`. */
export interface Held {
  state: 'held';
  principal: Principal;
  expiresAtMs: number;
}

/** Why a credential is worth nothing; with an organisation where it once belonged to one. */
export interface Refused {
  state: 'refused';
  reason: 'unknown' | 'revoked' | 'expired' | 'user_disabled';
  organizationId?: string;
  id?: string;
  label?: string;
}

export type Loaded = Held | Refused;

interface CacheOptions {
  clock: Clock;
  /** Nothing is remembered while this says no. */
  mayRemember(): boolean;
  maxHeld?: number;
  maxRefused?: number;
  refusedMs?: number;
}

export interface PrincipalCache {
  /** Answers from memory, or joins or starts the one load of `ref`. */
  find(ref: string, load: () => Promise<Loaded>): Loaded | Promise<Loaded>;
  forget(changes: readonly Change[] | undefined): void;
}

/** Bounded memory of credentials: the least recently used goes first, refusals for a short time only. */
export function createPrincipalCache({
  clock,
  mayRemember,
  maxHeld = 10_000,
  maxRefused = 10_000,
  refusedMs = 5_000,
}: CacheOptions): PrincipalCache {
  const held = new Map<string, Held>();
  const refused = new Map<string, { entry: Refused; untilMs: number }>();
  const flights = new Map<string, Promise<Loaded>>();
  // A load that began before a change may carry what was true before it: it is answered, but not remembered.
  let epoch = 0;

  function remember(ref: string, loaded: Loaded): void {
    if (loaded.state === 'held') put(held, ref, loaded, maxHeld);
    else put(refused, ref, { entry: loaded, untilMs: clock().getTime() + refusedMs }, maxRefused);
  }

  function fly(ref: string, load: () => Promise<Loaded>): Promise<Loaded> {
    const began = epoch;
    const flight = load().then((loaded) => {
      if (began === epoch && mayRemember()) remember(ref, loaded);
      return loaded;
    });
    const landed = flight.finally(() => {
      if (flights.get(ref) === landed) flights.delete(ref);
    });
    flights.set(ref, landed);
    return landed;
  }

  return {
    find(ref, load) {
      if (!mayRemember()) return load();
      const known = held.get(ref);
      if (known) return put(held, ref, known, maxHeld);
      const no = refused.get(ref);
      if (no && no.untilMs > clock().getTime()) return no.entry;
      return flights.get(ref) ?? fly(ref, load);
    },
    forget(changes) {
      epoch += 1;
      flights.clear();
      if (!changes) {
        held.clear();
        return;
      }
      const ids = new Set(changes.map(({ id }) => id));
      for (const [ref, { principal }] of held) {
        if (idsOf(principal).some((id) => id !== undefined && ids.has(id))) held.delete(ref);
      }
    },
  };
}

function idsOf({ keyId, sessionId, userId }: Principal): (string | undefined)[] {
  return [keyId, sessionId, userId];
}

/** A Map remembers the order of insertion: put at the end, dropped from the front. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): Value {
  map.delete(key);
  map.set(key, value);
  if (map.size > max) map.delete(map.keys().next().value ?? '');
  return value;
}
