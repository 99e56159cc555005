import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from '@devmesh/contracts';

/** What belongs to the request or job at hand, wherever in the code it is asked for. */
interface ProcessContext {
  fields: Readonly<Record<string, unknown>>;
  trace: TraceContext;
}

const EMPTY: ProcessContext = { fields: {}, trace: {} };

// One storage for both, because entering one costs on every request.
const storage = new AsyncLocalStorage<ProcessContext>();

export function currentContext(): ProcessContext {
  return storage.getStore() ?? EMPTY;
}

/** Runs `fn` with more context; what is not given is inherited. */
export function withContext<T>(more: Partial<ProcessContext>, fn: () => T): T {
  return storage.run({ ...currentContext(), ...more }, fn);
}
