import { describe } from '@jest/globals';
import type { Form } from '../platform/platform.ts';
import { describeApprovals } from './approvals.ts';
import { describeBadInput } from './bad-input.ts';
import { describeCli } from './cli.ts';
import { describeEvents } from './events.ts';
import { describeFirstSteps } from './first-steps.ts';
import { describeMainJob } from './main-job.ts';
import { describeOverMcp } from './over-mcp.ts';
import { describeTenancy } from './tenancy.ts';
import { describeUpstream } from './upstream.ts';
import { useWorld } from './world.ts';

/** Everything that must hold in both forms, on one platform. */
export function describeJourneys(form: Form): void {
  describe(`platform: ${form}`, () => {
    const world = useWorld(form);
    describeFirstSteps(world);
    describeMainJob(world);
    describeOverMcp(world);
    describeApprovals(world);
    describeBadInput(world);
    describeUpstream(world);
    describeEvents(world);
    describeTenancy(world);
    describeCli(world);
  });
}
