import { expect, test } from '@jest/globals';
import type { FollowUp } from '@devmesh/contracts';
import type { Adapter } from '../define-adapter.ts';
import type { Tool } from '../define-tool.ts';
import { exampleOf, whileServing } from './serve.ts';
import type { AdapterSuite } from './suite.ts';

/** What a tool that changes something owes to the person who approves it. */
export function describeWrites<Clients extends object>(
  adapter: Adapter<Clients>,
  tool: Tool,
  suite: AdapterSuite<Clients>,
) {
  test.each(['prepare', 'verify', 'undo'] as const)('has %s, or says why not', (part) => {
    const reason = suite.reasons?.[tool.name]?.[part];
    if (tool[part] === undefined) expect(reason ?? 'no reason is given').toMatch(/^(?!no reason).{10,}/);
    else expect(reason).toBeUndefined();
  });

  test('shows what would change, and its way back and its verifying read are calls of this adapter', async () => {
    await whileServing(adapter, suite, suite.context(), async ({ prepare, run }) => {
      const before = await prepare(tool, exampleOf(tool));
      if (!before.ok) throw new Error(before.error.message);
      if (tool.prepare !== undefined) expect(before.prepared.diff ?? '').not.toBe('');
      expect(before.verify !== undefined).toBe(tool.verify !== undefined);
      const after = await run(tool, exampleOf(tool), { prepared: before.prepared });
      if (!after.ok) throw new Error(after.error.message);
      expect(after.undo !== undefined).toBe(tool.undo !== undefined);
      for (const call of [before.verify, after.undo]) if (call) assertCallable(adapter, call);
      if (before.verify) expect(adapter.tools.find(({ name }) => name === before.verify?.tool)?.effect).toBe('read');
    });
  });
}

function assertCallable<Clients extends object>(adapter: Adapter<Clients>, call: FollowUp): void {
  const target = adapter.tools.find(({ name }) => name === call.tool);
  expect(target?.name).toBe(call.tool);
  expect(target?.input.safeParse(call.input).error).toBeUndefined();
}
