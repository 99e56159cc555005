import { describeBus } from './conformance.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createMemoryNetwork } from './memory-network.ts';

describeBus('the bus of one process', async () => {
  const network = createMemoryNetwork();
  return {
    connect: async (options) => createMemoryBus({ ...options, network }),
    sendRaw: async (subject, body) => {
      network.send({ subject, body });
    },
    stop: async () => {},
  };
});
