import type { Command } from 'commander';
import { createApi, type Api } from './api.ts';
import { findKey } from './find-key.ts';
import { findServer } from './find-server.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Io } from './io.ts';
import { createOutput, type Output } from './output.ts';
import { readProfile } from './profile.ts';
import { createInputReader, type InputReader } from './read-input.ts';
import { ownVersion } from './version.ts';

/** What a command works with: the server, the way in, the way out. */
export interface Session {
  api: Api;
  output: Output;
  read: InputReader;
  /** From --timeout. */
  timeoutMs: number | undefined;
}

/** @throws CliError, ConfigError: no request is made here. */
export async function openSession(command: Command, io: Io): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const settings = await io.environment();
  const profile = await readProfile(options.profile ?? settings.DEVMESH_PROFILE, settings, io);
  const url = await findServer(options, settings, profile, io);
  const read = createInputReader(io);
  const key = await findKey(options, settings, profile, url, read);
  const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000;
  return {
    api: createApi({ url, key, version: ownVersion(), interruption: io.interruption(), timeoutMs }),
    output: createOutput(io, options.output),
    read,
    timeoutMs,
  };
}
