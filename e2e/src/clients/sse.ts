import type { Json } from './rest.ts';

export interface SseEvent {
  id: string;
  event: string;
  data: Json;
}

export interface EventStream {
  /** What has arrived so far, oldest first. */
  events: readonly SseEvent[];
  /** Whether the server has ended the stream. */
  hasEnded(): boolean;
  close(): void;
}

/** Follows `/api/v1/events`; resolves when the stream is open. */
export async function followEvents(origin: string, key: string, lastEventId?: string): Promise<EventStream> {
  const controller = new AbortController();
  const response = await fetch(`${origin}/api/v1/events`, {
    headers: {
      authorization: `Bearer ${key}`,
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: controller.signal,
  });
  if (response.status !== 200)
    throw new Error(`the stream answered ${String(response.status)}: ${await response.text()}`);
  const events: SseEvent[] = [];
  let ended = false;
  void read(response, events)
    .catch(() => {})
    .finally(() => (ended = true));
  return { events, hasEnded: () => ended, close: () => controller.abort() };
}

async function read(response: Response, events: SseEvent[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data !== undefined)
        events.push({ id: field('id') ?? '', event: field('event') ?? '', data: JSON.parse(data) });
    }
  }
}
