import { types } from 'node:util';
import { redactText } from './redact-text.ts';
import { holdsOnlySecrets, isSecretName, REDACTED } from './secret-names.ts';

/** Deeper than any honest value; what lies below cannot be looked at, so it is not shown. */
const MAX_DEPTH = 64;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface Walk {
  depth: number;
  /** Results by object: makes circles end and shared parts cost once. */
  seen: Map<object, unknown>;
}

/**
 * The same value without its secrets: known token formats and credentials inside every string, and whatever stands under
 * a name such as `password` or `api_key`. Nothing is mutated; parts without a secret are handed back as they are, not
 * copied. Circles become `[circular]`, an Error becomes a plain object.
 */
export function redact<T>(value: T): T {
  return walk(value, { depth: 0, seen: new Map() }) as T;
}

function walk(value: unknown, state: Walk): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (state.seen.has(value)) return state.seen.get(value);
  if (state.depth >= MAX_DEPTH) return '[too deep to show]';
  state.seen.set(value, '[circular]');
  state.depth++;
  const clean = walkObject(value, state);
  state.depth--;
  state.seen.set(value, clean);
  return clean;
}

function walkObject(value: object, state: Walk): unknown {
  if (Array.isArray(value)) return walkArray(value, state);
  if (types.isNativeError(value)) return walkFields(plainError(value), state);
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof Map) return walkFields(Object.fromEntries(value) as Record<string, unknown>, state);
  if (value instanceof Set) return walkArray([...value], state);
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  return walkFields(value as Record<string, unknown>, state);
}

function walkArray(list: readonly unknown[], state: Walk): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const clean = walk(list[i], state);
    if (clean === list[i]) continue;
    copy ??= [...list];
    copy[i] = clean;
  }
  return copy ?? list;
}

function walkFields(record: Record<string, unknown>, state: Walk): unknown {
  let copy: Record<string, unknown> | undefined;
  const secretFields = secretFieldsOf(record);
  for (const name of Object.keys(record)) {
    const value = record[name];
    const clean = secretFields?.(name) === true ? everyLeafHidden(value) : walkField(name, value, state);
    if (clean === value) continue;
    copy ??= { ...record };
    copy[name] = clean;
  }
  return copy ?? record;
}

function walkField(name: string, value: unknown, state: Walk): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value === 'string') return value !== '' && isSecretName(name) ? REDACTED : redactText(value);
  if (holdsOnlySecrets(name) || (Array.isArray(value) && isSecretName(name))) return everyLeafHidden(value);
  return walk(value, state);
}

/** Records that say by another field that one of theirs is secret: `{name: 'DB_PASSWORD', value}`, a Kubernetes Secret. */
function secretFieldsOf(record: Record<string, unknown>): ((name: string) => boolean) | undefined {
  if (record['kind'] === 'Secret') return (name) => name === 'data' || name === 'stringData';
  if (LAST_APPLIED in record) return (name) => name === LAST_APPLIED;
  const label = record['name'] ?? record['key'];
  if (typeof label === 'string' && 'value' in record && isSecretName(label)) return (name) => name === 'value';
  return undefined;
}

function everyLeafHidden(value: unknown, depth = 0): unknown {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => everyLeafHidden(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, everyLeafHidden(item, depth + 1)]));
}

function plainError(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return { name, message, ...ownFields(error), stack, ...(cause !== undefined && { cause }) };
}

function ownFields(error: Error): Record<string, unknown> {
  const fields = Object.entries(error).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields);
}
