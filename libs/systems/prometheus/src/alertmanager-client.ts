import { z } from 'zod';
import type { HttpJson } from './http-json.ts';
import { matcherText, type Matcher } from './matcher.ts';
import { UpstreamError } from './upstream-error.ts';

const Labels = z.record(z.string(), z.string());

const ActiveAlert = z.object({
  fingerprint: z.string(),
  labels: Labels,
  startsAt: z.string(),
  status: z.object({ state: z.string(), silencedBy: z.array(z.string()) }),
});
export type ActiveAlert = z.infer<typeof ActiveAlert>;

const WireMatcher = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
});
const WireSilence = z.object({
  id: z.string(),
  status: z.object({ state: z.enum(['active', 'pending', 'expired']) }),
  matchers: z.array(WireMatcher),
  startsAt: z.string(),
  endsAt: z.string(),
  updatedAt: z.string(),
  createdBy: z.string(),
  comment: z.string(),
});

export interface Silence {
  id: string;
  state: 'active' | 'pending' | 'expired';
  matchers: Matcher[];
  startsAt: string;
  endsAt: string;
  updatedAt: string;
  createdBy: string;
  comment: string;
}

/** The part of Alertmanager's API v2 that the tools use. Every function throws UpstreamError. */
export interface AlertmanagerClient {
  /** Alerts that fire and match all of them; without the silenced ones unless asked for. */
  activeAlerts(
    matchers: readonly Matcher[],
    options: { silenced: boolean },
    signal: AbortSignal,
  ): Promise<ActiveAlert[]>;
  silences(signal: AbortSignal): Promise<Silence[]>;
  silence(id: string, signal: AbortSignal): Promise<Silence>;
  /** Answers the new silence's id. */
  createSilence(
    silence: { matchers: readonly Matcher[]; startsAt: string; endsAt: string; createdBy: string; comment: string },
    signal: AbortSignal,
  ): Promise<string>;
  expireSilence(id: string, signal: AbortSignal): Promise<void>;
}

export function createAlertmanagerClient(http: HttpJson): AlertmanagerClient {
  return {
    async activeAlerts(matchers, { silenced }, signal) {
      const params = {
        filter: matchers.map(matcherText),
        active: 'true',
        silenced: String(silenced),
        inhibited: 'true',
        unprocessed: 'true',
      };
      return parse(z.array(ActiveAlert), await http.get('/api/v2/alerts', params, signal));
    },
    async silences(signal) {
      return parse(z.array(WireSilence), await http.get('/api/v2/silences', {}, signal)).map(silenceOf);
    },
    async silence(id, signal) {
      return silenceOf(parse(WireSilence, await http.get(`/api/v2/silence/${encodeURIComponent(id)}`, {}, signal)));
    },
    async createSilence({ matchers, ...rest }, signal) {
      const body = { ...rest, matchers: matchers.map(toWire) };
      return parse(z.object({ silenceID: z.string() }), await http.send('POST', '/api/v2/silences', body, signal), true)
        .silenceID;
    },
    async expireSilence(id, signal) {
      await http.send('DELETE', `/api/v2/silence/${encodeURIComponent(id)}`, undefined, signal);
    },
  };
}

function parse<Value>(schema: z.ZodType<Value>, body: unknown, write = false): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const message = "Alertmanager answered in a form that is not its API's.";
  throw new UpstreamError('Alertmanager', 'unreadable', message, { status: 200, write, cause: parsed.error });
}

function silenceOf({ status, matchers, ...rest }: z.infer<typeof WireSilence>): Silence {
  return { ...rest, state: status.state, matchers: matchers.map(fromWire) };
}

function fromWire({ name, value, isRegex, isEqual }: z.infer<typeof WireMatcher>): Matcher {
  if (isRegex) return { name, value, op: isEqual ? '=~' : '!~' };
  return { name, value, op: isEqual ? '=' : '!=' };
}

function toWire({ name, value, op }: Matcher): z.infer<typeof WireMatcher> {
  return { name, value, isRegex: op.endsWith('~'), isEqual: op.startsWith('=') };
}
