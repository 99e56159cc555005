import { expect, test } from '@jest/globals';
import type { Adapter } from '../define-adapter.ts';
import { secretsIn } from '../secrets-in.ts';
import type { Tool } from '../define-tool.ts';
import { exampleOf, whileServing } from './serve.ts';
import { sentences } from './sentences.ts';
import type { AdapterSuite } from './suite.ts';
import { wrapClients } from './wrap-clients.ts';

/** What a caller sees when the vendor fails. */
export function describeFailures<Clients extends object>(
  adapter: Adapter<Clients>,
  tool: Tool,
  suite: AdapterSuite<Clients>,
) {
  const isWrite = tool.effect !== 'read';
  const runWith = (thrown: () => unknown) => {
    const failing = wrapClients(suite.context(), () => Promise.reject(thrown() as Error));
    return whileServing(adapter, suite, failing, ({ run }) => run(tool, exampleOf(tool)));
  };

  test.each(suite.failures.map((failure) => ({ ...failure })))(
    'answers $code when the vendor $name',
    async ({ thrown, code, outcomeUnknown = false }) => {
      const reply = await runWith(thrown);
      if (reply.ok) throw new Error('it answered as if nothing had failed');
      // Of a read nothing can be in doubt: it may be asked again.
      expect(reply.error.code).toBe(outcomeUnknown && !isWrite ? 'unavailable' : code);
      expect(reply.outcomeUnknown ?? false).toBe(isWrite && outcomeUnknown);
      expect(sentences(reply.error.message)).toBeGreaterThanOrEqual(1);
    },
  );

  test('answers neutrally what nobody foresaw', async () => {
    const reply = await runWith(() => new TypeError('Cannot read properties of undefined (reading "inner")'));
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal', message: expect.stringMatching(/err_/) } });
    expect(JSON.stringify(reply)).not.toMatch(/TypeError|properties of undefined|node_modules/);
    expect('outcomeUnknown' in reply).toBe(isWrite);
  });

  test('keeps the secrets of its connection, even where the vendor repeats them', async () => {
    const secrets = secretsIn(suite.connection.credential);
    expect(secrets).not.toHaveLength(0);
    const [first] = suite.failures;
    const echoing = () => Object.assign(first?.thrown() as Error, { message: `bad credential ${secrets.join(' ')}` });
    const replies = [
      await runWith(echoing),
      await whileServing(adapter, suite, suite.context(), ({ run }) => run(tool, exampleOf(tool))),
    ];
    for (const secret of secrets) expect(JSON.stringify(replies)).not.toContain(secret);
  });
}
