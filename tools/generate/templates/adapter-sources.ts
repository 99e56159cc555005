import type { SystemNames } from '../names.ts';
import type { Files } from '../write-files.ts';
import { jestConfig, manifest } from './adapter-app.ts';

/** The library of a system, but for its tools: settings, context, client, errors, the adapter itself. */
export function adapterSources(names: SystemNames): Files {
  const { system, pascal } = names;
  const dir = `libs/systems/${system}`;
  return {
    [`${dir}/package.json`]: manifest({
      name: `@devmesh/${system}`,
      description: `The tools of ${pascal}.`,
      floor: 5,
      dependencies: ['@devmesh/adapter', '@devmesh/contracts', '@devmesh/runtime', 'zod@4.6.7'],
    }),
    [`${dir}/tsconfig.json`]: JSON.stringify({ extends: '../../../tsconfig.base.json', include: ['src'] }),
    [`${dir}/jest.config.js`]: jestConfig('../../../'),
    [`${dir}/README.md`]: readme(names),
    [`${dir}/src/index.ts`]: `export { ${system} } from './adapter.ts';\n`,
    [`${dir}/src/adapter.ts`]: adapter(names),
    [`${dir}/src/context.ts`]: context(names),
    [`${dir}/src/settings.ts`]: settings(names),
    [`${dir}/src/client.ts`]: client(names),
    [`${dir}/src/parse-answer.ts`]: parseAnswer(names),
    [`${dir}/src/upstream-error.ts`]: upstreamError(names),
    [`${dir}/src/to-app-error.ts`]: toAppError(names),
  };
}

function readme({ system, pascal }: SystemNames): string {
  return `# @devmesh/${system}

The tools of ${pascal}.

Used by \`apps/adapter-${system}\` and \`devmesh\`. May use \`adapter\`, \`contracts\`, \`runtime\`.

- \`${system}\` → the adapter: connection settings, client, errors, tools (one file each in \`src/tools\`).

The trap: an answer in another form than expected is \`upstream_failed\`, never an empty list: read every answer through
\`parseAnswer\`.
`;
}

function adapter({ system, pascal, upper }: SystemNames): string {
  return `import { defineAdapter } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { create${pascal}Client } from './client.ts';
import type { ${pascal}Clients } from './context.ts';
import { ${pascal}Config, ${pascal}Credential, ${pascal}Settings } from './settings.ts';
import { toAppError } from './to-app-error.ts';
import { listItems } from './tools/list-items.ts';

/** ${pascal}, one server for each connection. */
export const ${system} = defineAdapter({
  name: '${system}',
  title: '${pascal}',
  settings: ${pascal}Settings,
  credential: ${pascal}Credential,
  config: ${pascal}Config,
  toAppError,
  tools: [listItems],

  environmentConnections({ ${upper}_URL: endpoint, ${upper}_TOKEN: token, ${upper}_ENVIRONMENT: environment }) {
    if (endpoint === undefined) return [];
    const credential = token === undefined ? undefined : { token };
    return [{ name: 'default', environment, endpoint, settings: ${pascal}Settings.parse({}), credential }];
  },

  connect({ name, endpoint, credential }): ${pascal}Clients {
    if (endpoint === undefined) throw notConfigured(name);
    return { ${system}: create${pascal}Client({ baseUrl: endpoint, token: credential?.token }) };
  },
});

function notConfigured(connection: string): AppError {
  return new AppError('unavailable', \`The connection "\${connection}" has no endpoint.\`, {
    suggestion: 'Set its endpoint, or ${upper}_URL.',
    retryable: false,
  });
}
`;
}

function context({ system, pascal }: SystemNames): string {
  return `import type { ToolContext } from '@devmesh/adapter';
import type { ${pascal}Client } from './client.ts';

/** The client of one connection. */
export interface ${pascal}Clients {
  ${system}: ${pascal}Client;
}

export type ${pascal}Context = ${pascal}Clients & ToolContext;
`;
}

function settings({ pascal, upper }: SystemNames): string {
  return `import { z } from 'zod';

/** What a connection of this system may set. */
export const ${pascal}Settings = z.strictObject({});
export type ${pascal}Settings = z.infer<typeof ${pascal}Settings>;

/** A bearer token. */
export const ${pascal}Credential = z.strictObject({ token: z.string().min(1) });
export type ${pascal}Credential = z.infer<typeof ${pascal}Credential>;

/** The adapter's own environment. */
export const ${pascal}Config = z.object({
  ${upper}_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('A ${pascal} for the organisation DEVMESH_ORG.'),
  ${upper}_TOKEN: z.string().optional().describe('Its bearer token.'),
  ${upper}_ENVIRONMENT: z.string().default('default').describe('What policy sees as the environment of this connection.'),
});
export type ${pascal}Config = z.infer<typeof ${pascal}Config>;
`;
}

function client({ pascal }: SystemNames): string {
  return `import { traceContext } from '@devmesh/runtime';
import { UpstreamError } from './upstream-error.ts';

export interface ${pascal}ClientOptions {
  baseUrl: string;
  token: string | undefined;
  /** Beyond this an answer is refused, not cut. Bytes. */
  maxBytes?: number;
}

/** The part of ${pascal}'s API that the tools use: a test's fake is a plain object. Every function throws UpstreamError. */
export interface ${pascal}Client {
  get(path: string, params: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** JSON over HTTP; an aborted signal closes the socket. */
export function create${pascal}Client({ baseUrl, token, maxBytes = MAX_BYTES }: ${pascal}ClientOptions): ${pascal}Client {
  const base = baseUrl.replace(/\\/+$/, '');
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: \`Bearer \${token}\` }) };
  return {
    async get(path, params, signal) {
      const url = \`\${base}\${path}?\${new URLSearchParams(params).toString()}\`;
      // A redirect could lead anywhere with our credential in hand.
      const init = { headers: { ...headers, ...traceContext() }, signal, redirect: 'manual' as const };
      const response = await fetchOr(url, init);
      return bodyOf(response, await textOf(response, maxBytes, signal));
    },
  };
}

async function fetchOr(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    const code = (cause as { cause?: { code?: unknown } }).cause?.code;
    throw new UpstreamError('unreachable', \`${pascal} cannot be reached (\${String(code ?? 'no answer')}).\`, { cause });
  }
}

async function textOf(response: Response, maxBytes: number, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof UpstreamError) throw cause;
    throw new UpstreamError('unreachable', '${pascal} broke the connection in the middle of its answer.', { cause });
  }
  return text + decoder.decode();
}

function tooLarge(maxBytes: number): UpstreamError {
  return new UpstreamError('too_large', \`${pascal} answered more than \${String(maxBytes / 1024 / 1024)} MiB.\`);
}

function bodyOf({ status, ok }: Response, text: string): unknown {
  const body = parsed(text);
  if (ok && body !== undefined) return body;
  if (status < 400) throw new UpstreamError('unreadable', '${pascal} answered with something that is not JSON.', { status });
  const words = typeof body === 'object' && body !== null && 'message' in body ? String(body.message).slice(0, 2000) : undefined;
  throw new UpstreamError('refused', words ?? \`${pascal} answered \${String(status)}.\`, { status });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
`;
}

function parseAnswer({ pascal }: SystemNames): string {
  return `import type { z } from 'zod';
import { UpstreamError } from './upstream-error.ts';

/** Reads what a tool needs out of an answer. @throws UpstreamError when the answer has another form. */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new UpstreamError('unreadable', "${pascal} answered in a form that is not its API's.", { cause: parsed.error });
}
`;
}

function upstreamError({ pascal }: SystemNames): string {
  return `/** \`refused\`: its own, readable "no". \`unreadable\`: not its API's form. \`too_large\`: more than we take. */
export type UpstreamFailure = 'refused' | 'unreadable' | 'unreachable' | 'too_large';

/** A failure of ${pascal}, as it came; \`to-app-error.ts\` says what it means to a caller. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly kind: UpstreamFailure;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(kind: UpstreamFailure, message: string, { status = 0, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.status = status;
  }
}
`;
}

function toAppError({ pascal }: SystemNames): string {
  return `import { AppError, type ErrorCode } from '@devmesh/contracts';
import { UpstreamError } from './upstream-error.ts';

/**
 * What a failure of ${pascal} means to a caller; undefined for what did not come from there. The first write tool needs one
 * thing more: a request that went out whole and got no answer is \`outcomeUnknown\` of @devmesh/adapter.
 */
export function toAppError(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof UpstreamError)) return undefined;
  const { kind, status, message } = thrown;
  switch (kind) {
    case 'unreachable':
      return failure('unavailable', message, "Check that ${pascal} runs and that the connection's URL is right.", thrown);
    case 'unreadable':
      return failure('upstream_failed', message, "Check the connection's URL: this is not ${pascal}'s API.", thrown);
    case 'too_large':
      return failure('upstream_failed', message, 'Ask for less.', thrown);
    case 'refused':
      return refusal(status, message, thrown);
  }
}

function refusal(status: number, message: string, cause: unknown): AppError {
  const words = sentence(\`${pascal} refused: \${message}\`);
  if (status === 401 || status === 403) return failure('forbidden', words, 'Enter a credential that may do this.', cause);
  if (status === 404) return failure('not_found', words, 'List what there is first.', cause);
  if (status === 429) return failure('rate_limited', words, 'Wait a moment.', cause);
  if (status >= 500) return failure('unavailable', words, 'Try again in a moment.', cause);
  return failure('invalid_input', words, 'Mend what the message names.', cause);
}

function failure(code: ErrorCode, message: string, suggestion: string, cause: unknown): AppError {
  return new AppError(code, message, { suggestion, cause });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : \`\${text}.\`;
}
`;
}
