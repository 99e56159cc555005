import { ERROR_TABLE, ErrorCode } from '@devmesh/contracts';
import { code, heading, table } from './markdown.ts';
import { writePage } from './write-page.ts';

/** What each code means to a caller; the table of codes itself is in `@devmesh/contracts`. */
const MEANING: Readonly<Record<ErrorCode, string>> = {
  invalid_input: 'Something in the request does not fit; the message names each bad field.',
  unauthenticated: 'No credential, or one that is unknown, expired or revoked.',
  forbidden: 'The credential is good, and may not do this.',
  not_found: 'There is no such thing, or not for you: the two cannot be told apart.',
  conflict: 'It is not as you think it is: another version, a taken name, a reused idempotency key, a stale approval.',
  rate_limited: 'Too many requests or too many calls at one time.',
  timeout: 'It did not finish in its time. Of a write nobody knows whether it was done.',
  unavailable: 'Something that is needed is not there now: a system, its connection, the database.',
  upstream_failed: 'The system behind the tool answered, and not with what it should.',
  internal: 'A fault of ours. The id in the message finds the log line.',
};

const rows = ErrorCode.options.map((name) => {
  const { httpStatus, jsonRpcCode, retryable, logLevel } = ERROR_TABLE[name];
  const facts = [String(httpStatus), String(jsonRpcCode), retryable ? 'yes' : 'no', logLevel];
  return [code(name), MEANING[name], ...facts];
});

await writePage(
  'errors',
  `${heading('Errors', 'libs/base/contracts/src/app-error.ts')}
Every door speaks these ten codes. \`message\` says what happened, \`suggestion\` is a next step that can be typed,
\`details\` holds facts for programs, and \`request_id\` finds the log lines. A cause or a stack never leaves the process.
${table(['Code', 'Means', 'HTTP', 'JSON-RPC', 'Worth another try', 'Logged at'], rows)}
A single failure may know better than the table whether it is worth another try (\`retryable\` in the answer), and HTTP
tells a few apart more finely: 405 for a method, 406 for an answer that is not accepted, 413 for what is too large, 415 for a content type, 422 for an idempotency
key that was used with other input.

## Over REST

The status is the one of the table, and the body is \`{"error": {"code", "message", "suggestion", "details", "retryable",
"request_id"}}\`; with \`Accept: application/problem+json\` the same as RFC 9457 problem details. **A tool call is
different:** a tool that ran, failed, refused or was turned away answers 200 with \`success: false\` and the same fields
under \`error\`, because the request itself worked.

## Over MCP

A failed call is a result with \`isError: true\`: code, sentence, what to do, and the call id, as text and as
\`structuredContent\`. Only an unknown tool, a malformed request or a missing capability is a JSON-RPC error.
`,
);
