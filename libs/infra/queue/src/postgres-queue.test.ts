import { describeQueue } from './conformance.ts';
import { openTestStore } from '@devmesh/store/testing';
import { createPostgresQueue } from './index.ts';

describeQueue(
  'embedded',
  async () => {
    const store = await openTestStore({ acquireTimeoutMs: 10_000 });
    return {
      open: (parts) => Promise.resolve(createPostgresQueue({ pool: store.queuePool, ...parts })),
      close: () => store.close(),
    };
  },
  { concurrent: false },
);
