import type { ContextForm } from '../../cli/answers.ts';
import { fields } from '../../cli/table.ts';

/** A context without its messages. */
export function contextText(context: ContextForm): string {
  return fields([
    ['id', context.id],
    ['name', context.name],
    ['user', context.user_id],
    ['messages', context.message_count],
    ['bytes', context.size_bytes],
    ['version', context.version],
    ['created', context.created_at],
    ['updated', context.updated_at],
    ['expires', context.expires_at],
    ['metadata', metadataText(context.metadata)],
  ]);
}

// The conversation that the predecessors' clients keep in here is shown by --messages.
function metadataText({ messages, ...rest }: Record<string, unknown>): string | undefined {
  const shown =
    messages === undefined
      ? rest
      : { ...rest, messages: Array.isArray(messages) ? `${String(messages.length)} of them` : messages };
  return Object.keys(shown).length === 0 ? undefined : JSON.stringify(shown);
}
