import { Agent, request } from 'node:http';

export interface Load {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Makes the body of the n-th request. */
  body(n: number): string;
  concurrency: number;
  requests: number;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Sends `requests` POSTs over `concurrency` kept connections; throws when one is not answered 200 with `expect` in it. */
export async function load({ url, headers, body, concurrency, requests }: Load, expect: string): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const times: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (next < requests) {
      const n = next++;
      const began = performance.now();
      const answer = await post(agent, url, headers, body(n));
      times.push(performance.now() - began);
      if (!answer.includes(expect)) throw new Error(`unexpected answer: ${answer.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return { perSecond: requests / seconds, p50Ms: at(times, 0.5), p99Ms: at(times, 0.99) };
}

/** One POST; the body of the answer. */
export function post(
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode === 200 || response.statusCode === 201) resolve(text);
          else reject(new Error(`answered ${String(response.statusCode)}: ${text.slice(0, 300)}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

export function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return at(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
