import { types } from 'node:util';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';
import { suggestionFor } from './suggestion.ts';

/** An answer as it came, whatever it is. */
export interface RawAnswer {
  response: Response;
  text: string;
  json: unknown;
  url: string;
  /** Where the key that was sent came from. */
  keyFrom: string | undefined;
}

const ServerError = z.object({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    suggestion: z.string().optional(),
    details: z.unknown().optional(),
    request_id: z.string().optional(),
  }),
});

export function noKey(url: string): CliError {
  const message = `There is no API key to show to ${url}.`;
  const suggestion =
    'Use --api-key-file <file> (- for stdin), or export DEVMESH_API_KEY=…; the first start shows the first key, or writes it to .devmesh/first-access.json.';
  return new CliError({ code: 'unauthenticated', message, suggestion }, ExitCode.unauthenticated);
}

/** The server's own error, in the words that help at a command line; or that this is no DevMesh at all. */
export function refused(answer: RawAnswer): CliError {
  const parsed = ServerError.safeParse(answer.json);
  if (!parsed.success) return foreign(answer);
  const { code, message, suggestion, details, request_id: requestId } = parsed.data.error;
  const unauthenticated = answer.response.status === 401;
  const facts = {
    code,
    message: unauthenticated && answer.keyFrom !== undefined ? `${message} (key from ${answer.keyFrom})` : message,
    // The server speaks of headers, which nobody types here.
    suggestion: unauthenticated
      ? suggestionFor('unauthenticated')
      : (suggestion ?? suggestionFor(code, new URL(answer.response.url).pathname)),
    ...(details !== undefined && { details }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
  return new CliError(facts, unauthenticated ? ExitCode.unauthenticated : ExitCode.failed);
}

function foreign({ response, url }: RawAnswer): CliError {
  const { status, headers } = response;
  const location = headers.get('location');
  const what =
    location === null
      ? `${String(status)} with ${headers.get('content-type') ?? 'nothing'}`
      : `${String(status)}, a redirect to ${location}`;
  const message = `${url} did not answer as DevMesh does: ${what}.`;
  return new CliError({
    code: 'upstream_failed',
    message,
    suggestion: 'Check the address, or a proxy in front of it: --url <url>',
  });
}

export function notUnderstood({ url }: RawAnswer, error: z.ZodError): CliError {
  const [issue] = error.issues;
  const message = `The answer of ${url} is not what this CLI knows: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`;
  return new CliError({
    code: 'upstream_failed',
    message,
    suggestion: 'Use the CLI of the same version as the server: devmesh --version',
  });
}

export interface Attempt {
  url: string;
  limitMs: number;
  timedOut: boolean;
  requestId: string;
}

/** No answer came: nobody there, a wrong name, a bad certificate, too slow, a broken connection. */
export function noAnswer(thrown: unknown, { url, limitMs, timedOut, requestId }: Attempt): unknown {
  if (thrown instanceof CliError) return thrown;
  if (timedOut)
    return new CliError({
      code: 'timeout',
      message: `${url} did not answer within ${String(limitMs / 1000)} s.`,
      suggestion: suggestionFor('timeout'),
      request_id: requestId,
    });
  // What fetch throws; anything else is a bug of ours.
  if (!types.isNativeError(thrown) || thrown.name !== 'TypeError') return thrown;
  const cause = causeOf(thrown);
  const [message, suggestion] = REASONS[cause.code] ?? [
    `${url} could not be asked: ${cause.message}`,
    'Check the address: --url <url>',
  ];
  const facts = { code: 'unavailable', message: message.replace('{url}', url), suggestion };
  return new CliError(
    cause.code === 'ECONNREFUSED' ? facts : { ...facts, request_id: requestId },
    ExitCode.failed,
    thrown,
  );
}

const REASONS: Readonly<Record<string, readonly [message: string, suggestion: string]>> = {
  ECONNREFUSED: [
    'Nothing listens at {url}.',
    'Start DevMesh with `npm start` (or `devmesh start`), or say where it is: --url <url>',
  ],
  ENOTFOUND: ['The name in {url} is not known.', 'Check the address: --url <url>'],
  ECONNRESET: ['{url} broke the connection.', 'See whether it took effect (devmesh call list) before trying again.'],
  UND_ERR_SOCKET: [
    '{url} broke the connection.',
    'See whether it took effect (devmesh call list) before trying again.',
  ],
};

function causeOf({ cause, message }: Error): { code: string; message: string } {
  if (!types.isNativeError(cause)) return { code: '', message };
  return { code: 'code' in cause ? String(cause.code) : '', message: cause.message };
}
