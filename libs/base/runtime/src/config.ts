import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { ConfigFault } from './config-error.ts';
import { nearestName } from './nearest-name.ts';

export type ConfigSource = Readonly<Record<string, string | undefined>>;

/**
 * Reads one flat schema whose keys are the names of environment variables. `X_FILE` names a file that holds the value
 * of `X` (a mounted secret); an empty variable counts as absent.
 * @throws ConfigError with every fault there is, not only the first.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  source: ConfigSource = process.env,
): z.infer<Schema> {
  const faults: ConfigFault[] = [];
  const values = readValues(Object.keys(schema.shape), source, faults);
  const parsed = schema.safeParse(values);
  if (parsed.success && faults.length === 0) return parsed.data;
  for (const issue of parsed.error?.issues ?? []) addFault(faults, faultOf(issue, schema, values, source));
  throw new ConfigError(faults);
}

/** One sentence for each variable that looks like a misspelling of one that is known. */
export function configHints(schema: z.ZodObject, source: ConfigSource = process.env): string[] {
  const known = Object.keys(schema.shape).flatMap((name) => [name, `${name}_FILE`]);
  return Object.keys(source)
    .filter((name) => name.startsWith('DEVMESH_') && !known.includes(name))
    .flatMap((name) => {
      const meant = nearestName(name, known);
      return meant === undefined ? [] : [`${name} is not known and ignored. Did you mean ${meant}?`];
    });
}

function readValues(names: readonly string[], source: ConfigSource, faults: ConfigFault[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = readValue(name, source, faults);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function readValue(name: string, source: ConfigSource, faults: ConfigFault[]): string | undefined {
  const direct = presence(source[name]);
  const file = presence(source[`${name}_FILE`]);
  if (file === undefined) return direct;
  if (direct !== undefined) {
    faults.push({ name, message: `both ${name} and ${name}_FILE are set; keep one of them` });
    return direct;
  }
  try {
    return presence(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    faults.push({ name: `${name}_FILE`, message: `cannot read ${file} (${codeOf(error)})` });
    return undefined;
  }
}

function faultOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodObject,
  values: Record<string, string>,
  source: ConfigSource,
): ConfigFault {
  const name = String(issue.path[0] ?? 'configuration');
  const description = schema.shape[name]?.meta?.()?.description;
  const about = description === undefined ? '' : ` – ${description}`;
  if (name in values || !(name in schema.shape)) return { name, message: `${issue.message}${about}` };
  const meant = nearestName(
    name,
    Object.keys(source).filter((given) => !(given in schema.shape)),
  );
  const hint = meant === undefined ? '' : ` (${meant} is set; is it misspelt?)`;
  return { name, message: `is missing${hint}${about}` };
}

/** A file that could not be read is one fault, not also a missing value. */
function addFault(faults: ConfigFault[], fault: ConfigFault): void {
  if (!faults.some(({ name }) => name === fault.name || name === `${fault.name}_FILE`)) faults.push(fault);
}

function presence(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function codeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error ? String(error.code) : 'unreadable';
}
