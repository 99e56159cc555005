import { expect, test } from '@jest/globals';
import type { Adapter } from '../define-adapter.ts';
import type { Tool } from '../define-tool.ts';
import { exampleOf, whileServing } from './serve.ts';
import type { AdapterSuite } from './suite.ts';
import { wrapClients } from './wrap-clients.ts';

/** A quarter of a second to work in, much more to be found too late. */
const REMAINING_MS = 250;
const TOO_LATE_MS = 5_000;
const MAX_TEXT_BYTES = 24 * 1024;
const MAX_DATA_BYTES = 64 * 1024;
const MAX_DIFF_BYTES = 8 * 1024;

/** Time, cancel and size. */
export function describeLimits<Clients extends object>(
  adapter: Adapter<Clients>,
  tool: Tool,
  suite: AdapterSuite<Clients>,
) {
  const isWrite = tool.effect !== 'read';

  test('answers within its time, though the vendor never does', async () => {
    const hanging = wrapClients(suite.context(), () => new Promise(() => {}));
    const startedAt = performance.now();
    const reply = await whileServing(adapter, suite, hanging, ({ run }) =>
      run(tool, exampleOf(tool), { remainingMs: REMAINING_MS }),
    );
    expect(performance.now() - startedAt).toBeLessThan(TOO_LATE_MS);
    expect(reply).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect('outcomeUnknown' in reply).toBe(isWrite);
  });

  test('lets go of the vendor when the call is cancelled', async () => {
    const caller = new AbortController();
    const let_go = Promise.withResolvers<string>();
    const hanging = wrapClients(suite.context(), ({ name, signal }) => {
      if (signal) signal.addEventListener('abort', () => let_go.resolve('let go'));
      else let_go.resolve(`${name} got no signal`);
      caller.abort();
      return new Promise(() => {});
    });
    const outcome = await whileServing(adapter, suite, hanging, async ({ run }) => {
      await run(tool, exampleOf(tool), { signal: caller.signal }).catch(() => undefined);
      return let_go.promise;
    });
    expect(outcome).toBe('let go');
  });

  test('stays readable however much the vendor has', async () => {
    await whileServing(adapter, suite, suite.flooded(), async ({ run, prepare }) => {
      if (isWrite) {
        const reply = await prepare(tool, exampleOf(tool));
        expect(Buffer.byteLength(reply.ok ? (reply.prepared.diff ?? '') : '')).toBeLessThanOrEqual(MAX_DIFF_BYTES);
      }
      const reply = await run(tool, exampleOf(tool));
      if (!reply.ok) throw new Error(reply.error.message);
      const { data, text, hints = [] } = reply.output;
      expect(Buffer.byteLength(text ?? JSON.stringify(data))).toBeLessThanOrEqual(MAX_TEXT_BYTES);
      expect(Buffer.byteLength(JSON.stringify([data, hints]))).toBeLessThanOrEqual(MAX_DATA_BYTES);
    });
  });
}
