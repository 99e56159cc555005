import { expect, test } from '@jest/globals';
import type { Adapter } from '../define-adapter.ts';
import type { Tool } from '../define-tool.ts';
import { exampleOf, whileServing } from './serve.ts';
import { sentences } from './sentences.ts';
import type { AdapterSuite } from './suite.ts';

/** How a tool answers when all is well, and when it is asked wrongly. */
export function describeAnswers<Clients extends object>(
  adapter: Adapter<Clients>,
  tool: Tool,
  suite: AdapterSuite<Clients>,
) {
  test('answers each of its examples: data that its schema takes, a summary, the connection', async () => {
    for (const { input } of tool.examples ?? []) {
      const reply = await whileServing(adapter, suite, suite.context(), ({ run }) => run(tool, input));
      if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
      expect(tool.output.parse(reply.output.data)).toEqual(reply.output.data);
      expect([1, 2]).toContain(sentences(reply.output.summary));
      expect(reply.connection).toBe('conformance');
    }
  });

  test('refuses an unknown argument by its name', async () => {
    const input = { ...exampleOf(tool), not_an_argument: 1 };
    const reply = await whileServing(adapter, suite, suite.context(), ({ run }) => run(tool, input));
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', details: { fields: { not_an_argument: expect.any(String) } } },
    });
    expect(reply).not.toHaveProperty('outcomeUnknown');
  });
}
