import type { Effect, ToolPrepareReply, ToolRunReply } from '@devmesh/contracts';

/** What the bus carries back. Bytes. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;
const REMOVED = '[redacted]';

type Reply = ToolRunReply | ToolPrepareReply;

/** Makes a reply fit to leave: no secret of its connection in it, and not more than the bus carries. */
export function fitReply(reply: Reply, { secrets, effect }: { secrets: readonly string[]; effect: Effect }): Reply {
  const json = JSON.stringify(reply);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_REPLY_BYTES) return tooLarge(bytes, effect);
  const leaked = secrets.map((secret) => JSON.stringify(secret).slice(1, -1)).filter((text) => json.includes(text));
  if (leaked.length === 0) return reply;
  return JSON.parse(leaked.reduce((text, secret) => text.replaceAll(secret, REMOVED), json)) as Reply;
}

function tooLarge(bytes: number, effect: Effect): Reply {
  const message = `The answer has ${String(Math.ceil(bytes / 1024 / 1024))} MiB; 16 can be carried.`;
  const error = {
    code: 'upstream_failed' as const,
    message,
    suggestion: 'Ask for less: narrow it, or lower the limit.',
    retryable: false,
  };
  return { ok: false, error, ...(effect !== 'read' && { outcomeUnknown: true }) };
}
