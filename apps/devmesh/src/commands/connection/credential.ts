import { usageError } from '../../cli/cli-error.ts';
import type { InputReader } from '../../cli/read-input.ts';

/** `--credential-file`: JSON as the system's schema wants it. Read from a file or stdin, never from the command line. */
export async function readCredential(path: string | undefined, read: InputReader): Promise<unknown> {
  if (path === undefined) return undefined;
  const text = await read.file(path, '--credential-file');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Nothing of it is quoted: it is a secret.
    throw usageError(
      '--credential-file is not valid JSON.',
      `Write it as {"token": "…"}, for example: jq -Rs '{token: rtrimstr("\\n")}' token.txt | devmesh connection … --credential-file -`,
    );
  }
}
