import { AppError, toAppError } from '@devmesh/contracts';

/** Anything that was thrown on the way through the door, as an error with a next step. */
export function errorOf(thrown: unknown, requestId: string): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof URIError || stringField(thrown, 'message').startsWith('Failed to decode param'))
    return badAddress();
  const make = BODY_ERRORS[stringField(thrown, 'type')];
  return make === undefined ? toAppError(thrown, requestId) : make(thrown);
}

/** What body-parser throws, by its `type`. */
const BODY_ERRORS: Readonly<Record<string, (thrown: unknown) => AppError>> = {
  'entity.parse.failed': (thrown) =>
    new AppError('invalid_input', `The body is not valid JSON: ${placeOf(stringField(thrown, 'message'))}.`, {
      suggestion:
        'Send one JSON object such as {"name": "value"}: double quotes, no comma after the last field. `jq . body.json` shows the place.',
    }),
  'entity.too.large': (thrown) => tooLarge(numberField(thrown, 'limit')),
  'parameters.too.many': () =>
    new AppError('invalid_input', 'The form has too many fields.', {
      httpStatus: 413,
      suggestion: 'Send fewer fields.',
    }),
  'encoding.unsupported': () =>
    unsupported(
      'The body has a Content-Encoding that is not understood.',
      'Send it as it is, or with gzip, deflate or br.',
    ),
  'charset.unsupported': () => unsupported('The body has a charset that is not understood.', 'Send UTF-8.'),
  'request.aborted': () =>
    new AppError('invalid_input', 'The request ended before its body was complete.', { suggestion: 'Send it again.' }),
  'request.size.invalid': () =>
    new AppError('invalid_input', 'The body is not as long as Content-Length says.', {
      suggestion: 'Let your HTTP client set Content-Length.',
    }),
};

export function tooLarge(limitBytes: number): AppError {
  return new AppError('invalid_input', `The body is larger than ${inUnits(limitBytes)}.`, {
    httpStatus: 413,
    details: { limit_bytes: limitBytes },
    suggestion: 'Send less at once, for example in several requests.',
  });
}

export function unsupported(message: string, suggestion: string): AppError {
  return new AppError('invalid_input', message, { httpStatus: 415, suggestion });
}

function badAddress(): AppError {
  return new AppError('invalid_input', 'The address has a % that begins no character.', {
    suggestion: 'Encode each part of the path (`encodeURIComponent`).',
  });
}

/** V8 quotes the body in its message; the body is the client's and may hold a secret, so only the place is kept. */
function placeOf(message: string): string {
  return message.replace(/, (?:\.{3})?"[\s\S]*$/, '').slice(0, 200) || 'it cannot be read';
}

function inUnits(bytes: number): string {
  return bytes >= 1024 * 1024
    ? `${String(Math.round((bytes / 1024 / 1024) * 10) / 10)} MiB`
    : `${String(Math.round(bytes / 1024))} KiB`;
}

function stringField(thrown: unknown, name: string): string {
  const value = fieldOf(thrown, name);
  return typeof value === 'string' ? value : '';
}

function numberField(thrown: unknown, name: string): number {
  const value = fieldOf(thrown, name);
  return typeof value === 'number' ? value : 0;
}

function fieldOf(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>)[name] : undefined;
}
