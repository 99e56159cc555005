import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '@devmesh/runtime';
import type { Clock, DependencyState } from '@devmesh/runtime';
import type { Bus } from './bus.ts';
import { createBus } from './create-bus.ts';
import type { BusOptions } from './create-bus.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { createMemoryNetwork } from './memory-network.ts';
import type { MemoryNetwork } from './memory-network.ts';
import type { Transport } from './transport.ts';

export interface MemoryBusOptions extends BusOptions {
  /** Several buses of one process hear each other over a shared one. Default: one of its own. */
  network?: MemoryNetwork | undefined;
  clock?: Clock | undefined;
}

/** The bus of one process: everything is encoded and decoded, and delivered later, as between processes. */
export function createMemoryBus(options: MemoryBusOptions): Bus {
  const { network = createMemoryNetwork(), clock = systemClock } = options;
  return createBus(memoryTransport(network, clock), options).bus;
}

function memoryTransport(network: MemoryNetwork, clock: Clock): Transport {
  const ends = new Set<() => void>();
  let state: DependencyState = { state: 'up', since: clock().toISOString() };
  const isUp = () => state.state === 'up';

  return {
    inbox: `_INBOX.${randomBytes(9).toString('hex')}`,
    maxMessageBytes: () => MAX_MESSAGE_BYTES,
    isUp,
    state: () => state,
    send(message) {
      if (isUp()) network.send(message);
      return isUp();
    },
    // A network takes its time too: without a turn between, who comes and goes in a loop would stop the process.
    async listen(subject, queue, receive) {
      const end = network.listen(subject, queue, receive);
      ends.add(end);
      await nextTurn();
      return {
        async drain() {
          ends.delete(end);
          end();
          await nextTurn();
        },
      };
    },
    onForbidden: () => {},
    close() {
      for (const end of ends) end();
      state = { state: 'down', reason: 'it was closed', since: clock().toISOString() };
      return Promise.resolve();
    },
  };
}
