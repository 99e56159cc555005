import type { Json } from './client.fixtures.ts';

export interface SseEvent {
  id: string;
  event: string;
  data: Json;
}

export interface Following {
  status: number;
  headers: Headers;
  /** What has arrived so far, oldest first. */
  events: readonly SseEvent[];
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  close(): void;
}

/** Follows `/api/v1/events`; resolves when the stream is open. */
export async function follow(origin: string, key: string, lastEventId?: string): Promise<Following> {
  const controller = new AbortController();
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const response = await fetch(`${origin}/api/v1/events`, { headers, signal: controller.signal });
  const events: SseEvent[] = [];
  const ended = read(response, events).catch(() => undefined);
  return { status: response.status, headers: response.headers, events, ended, close: () => controller.abort() };
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
