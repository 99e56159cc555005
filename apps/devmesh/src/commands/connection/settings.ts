import { asObject, pairsToObject } from '../../cli/arguments.ts';
import type { InputReader } from '../../cli/read-input.ts';

export interface SettingsOptions {
  setting?: string[];
  settings?: string;
}

/** `--settings` is the whole of them, `--setting` goes over it pair by pair. Undefined where neither is given. */
export async function readSettings(
  { settings, setting }: SettingsOptions,
  read: InputReader,
): Promise<Record<string, unknown> | undefined> {
  if (settings === undefined && setting === undefined) return undefined;
  const whole = settings === undefined ? {} : asObject(await read.json(settings, '--settings'), '--settings');
  return { ...whole, ...pairsToObject(setting ?? []) };
}
