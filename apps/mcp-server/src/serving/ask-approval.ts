import { randomUUID } from 'node:crypto';
import type { CallReply } from '@devmesh/contracts';
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';

/** How a client can show a person something: a link that it opens, or a message with a button. */
export type Asking = 'url' | 'form';
export type Answered = 'accept' | 'decline' | 'cancel';

/** The key under which the one question stands. */
export const QUESTION = 'approval';
/** A person reads, thinks, and may have to sign in first. */
const PATIENCE_MS = 10 * 60_000;

/** How this client can be asked; undefined for one that cannot. `declared` is what a session declared when it began. */
export function askingOf({ mcpReq }: ServerContext, declared: ClientCapabilities | undefined): Asking | undefined {
  // Checked by the SDK against its own schema before any handler runs; its type names no keys.
  const envelope = mcpReq.envelope as { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined;
  const elicitation = (envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? declared)?.elicitation;
  if (elicitation === undefined) return undefined;
  if (elicitation.url !== undefined) return 'url';
  return elicitation.form !== undefined || Object.keys(elicitation).length === 0 ? 'form' : undefined;
}

/** 2026-07-28: the question is the result, and the client asks again with the answer. */
export function questionResult(
  asking: Asking,
  reply: CallReply,
  url: string,
  requestState: string,
): InputRequiredResult {
  const message = messageOf(reply, url);
  const request =
    asking === 'url'
      ? inputRequired.elicitUrl({ message, url })
      : inputRequired.elicit({ message, requestedSchema: { type: 'object', properties: {} } });
  return inputRequired({ inputRequests: { [QUESTION]: request }, requestState });
}

/** Before 2026-07-28: a request to the client while the call is open. A client that fails to ask has not answered. */
export async function askInSession(
  asking: Asking,
  reply: CallReply,
  url: string,
  { mcpReq }: ServerContext,
): Promise<Answered> {
  const message = messageOf(reply, url);
  const form = { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } };
  const params = asking === 'url' ? { mode: 'url', message, url, elicitationId: randomUUID() } : form;
  try {
    const options = { timeout: PATIENCE_MS, signal: mcpReq.signal };
    return (await mcpReq.send({ method: 'elicitation/create', params }, options)).action;
  } catch {
    return 'cancel';
  }
}

function messageOf({ summary }: CallReply, url: string): string {
  return `${summary} Decide here: ${url} (accepting this message approves nothing, it only makes DevMesh look again).`;
}
