/** One call of a client's function. */
export interface ClientCall {
  name: string;
  args: readonly unknown[];
  /** The signal that the tool handed over, wherever it stands among the arguments. */
  signal: AbortSignal | undefined;
}

/** The same clients, with `behave` in the place of every function. Data stays as it is. */
export function wrapClients<Clients extends object>(clients: Clients, behave: (call: ClientCall) => unknown): Clients {
  return wrapped(clients, behave, '') as Clients;
}

function wrapped(value: unknown, behave: (call: ClientCall) => unknown, name: string): unknown {
  if (typeof value === 'function') return (...args: unknown[]) => behave({ name, args, signal: signalIn(args) });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, wrapped(inner, behave, name === '' ? key : `${name}.${key}`)]),
  );
}

function signalIn(args: readonly unknown[]): AbortSignal | undefined {
  const candidates = args.flatMap((arg) =>
    typeof arg === 'object' && arg !== null ? [arg, ...(Object.values(arg) as unknown[])] : [],
  );
  return candidates.find((candidate) => candidate instanceof AbortSignal);
}
