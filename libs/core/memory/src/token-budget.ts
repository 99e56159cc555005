import type { Message } from './message.ts';

/** A token is taken for four characters: near enough for English and code, and the same for every model. */
export const CHARACTERS_PER_TOKEN = 4;
export const USUAL_MAX_TOKENS = 2_000;

export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** The best ones that fit, in the order given; what is too long is passed over for a shorter one behind it. */
export function withinBudget<Item extends { text: string }>(
  items: readonly Item[],
  maxTokens: number,
): { kept: Item[]; tokens: number } {
  const kept: Item[] = [];
  let tokens = 0;
  for (const item of items) {
    const cost = tokensOf(item.text);
    if (tokens + cost > maxTokens) continue;
    kept.push(item);
    tokens += cost;
  }
  return { kept, tokens };
}

/** The newest messages that fit, in their order. */
export function newestWithinBudget(messages: readonly Message[], maxTokens: number): Message[] {
  let tokens = 0;
  let first = messages.length;
  while (first > 0) {
    tokens += tokensOf(JSON.stringify(messages[first - 1]));
    if (tokens > maxTokens) break;
    first--;
  }
  return messages.slice(first);
}
