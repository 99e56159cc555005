import { usageError } from './cli-error.ts';

/**
 * `key=value` pairs as an object. Values are texts (the server turns "5" into 5 where a number is asked for); `key:=value`
 * takes JSON, for lists and objects.
 */
export function pairsToObject(pairs: readonly string[]): Record<string, unknown> {
  const entries = pairs.map(pairOf);
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index)?.[0];
  if (twice !== undefined) throw usageError(`${twice} is given twice.`, `Give a list as JSON: ${twice}:='["a", "b"]'.`);
  return Object.fromEntries(entries);
}

function pairOf(pair: string): [string, unknown] {
  const [, name, asJson, value = ''] = /^([^=:]+)(:?)=([\s\S]*)$/.exec(pair) ?? [];
  if (name === undefined) throw usageError(`"${pair}" is not of the form key=value.`, `Name it: query='${pair}'.`);
  return [name, asJson === ':' ? parsed(name, value) : value];
}

function parsed(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw usageError(
      `${name}:= takes JSON: ${(error as Error).message}.`,
      `For a text write ${name}='…', for JSON ${name}:='["a", "b"]'.`,
    );
  }
}

/** A value that must be one JSON object. */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw usageError(`${what} must be one JSON object.`, `Write ${what} '{"name": "value"}'.`);
}

/** Only what was given. */
export function given<Fields extends Record<string, unknown>>(
  values: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
