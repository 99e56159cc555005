import { describe } from '@jest/globals';
import { describeAnnouncement } from './conformance/announcing.ts';
import { describeAnswers } from './conformance/answers.ts';
import { describeFailures } from './conformance/failures.ts';
import { describeLimits } from './conformance/limits.ts';
import { describeSurface } from './conformance/surface.ts';
import type { AdapterSuite } from './conformance/suite.ts';
import { describeWrites } from './conformance/writes.ts';
import type { Adapter } from './define-adapter.ts';

export type { AdapterSuite, VendorFailure } from './conformance/suite.ts';
export { testTools } from './conformance/test-tools.ts';
export type { TestContext, TestTools } from './conformance/test-tools.ts';

/** The whole conformance test of an adapter: what every door and every agent relies on. */
export function describeAdapter<Clients extends object>(adapter: Adapter<Clients>, suite: AdapterSuite<Clients>): void {
  describe(`${adapter.name} adapter`, () => {
    describeAnnouncement(adapter, suite);
    describe.each(adapter.tools.map((tool) => ({ name: tool.name, tool })))('$name', ({ tool }) => {
      describeSurface(adapter, tool);
      describeAnswers(adapter, tool, suite);
      if (tool.effect !== 'read') describeWrites(adapter, tool, suite);
      describeFailures(adapter, tool, suite);
      describeLimits(adapter, tool, suite);
    });
  });
}
