import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeAnswers } from './conformance/answers.ts';
import { describeCancelling } from './conformance/cancelling.ts';
import { describeClosing } from './conformance/closing.ts';
import { describeConcurrency } from './conformance/concurrency.ts';
import { describePubsub } from './conformance/pubsub.ts';
import { describeRequests } from './conformance/requests.ts';
import { describeSigns } from './conformance/signs.ts';
import { createWorld } from './conformance/world.ts';
import type { BusForm } from './conformance/world.ts';

export type { BusForm, BusTuning } from './conformance/world.ts';

/** All that both forms of the bus promise. `make` gives one form, on which several buses hear each other. */
export function describeBus(name: string, make: () => Promise<BusForm>): void {
  describe(name, () => {
    const world = createWorld(make);
    beforeAll(world.begin);
    afterAll(world.end);

    describe('requests', () => describeRequests(world));
    describe('answers', () => describeAnswers(world));
    describe('cancelling', () => describeCancelling(world));
    describe('signs of life and traces', () => describeSigns(world));
    describe('publish and subscribe', () => describePubsub(world));
    describe('closing', () => describeClosing(world));
    describe('concurrency', () => describeConcurrency(world));
  });
}
