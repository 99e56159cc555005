import { shortTime } from './moment.ts';
import { matcherText } from './matcher.ts';
import type { Silence } from './alertmanager-client.ts';

/** A silence on one line, for a person. */
export function silenceLine(silence: Pick<Silence, 'matchers' | 'endsAt' | 'createdBy' | 'comment'>): string {
  return `{${silence.matchers.map(matcherText).join(', ')}} until ${shortTime(silence.endsAt)}, by ${silence.createdBy}: ${silence.comment}`;
}

/** A week: longer is not a silence but a decision about the rule. */
export const MAX_SILENCE_MINUTES = 7 * 24 * 60;
