import { join } from 'node:path';
import { askOnce } from '../ask-once.ts';
import type { ServerKind } from '../server-kind.ts';

export const nats: ServerKind = {
  suite: 'trixie',
  endSignal: 'SIGTERM',
  plan: ({ dir, port, programs }, { config = '' }) => ({
    program: join(programs, 'usr/sbin/nats-server'),
    args: ['-c', join(dir, 'nats.conf')],
    cwd: dir,
    files: {
      'nats.conf': `host: 127.0.0.1\nport: ${port}\njetstream { store_dir: ${JSON.stringify(join(dir, 'data'))} }\n${config}`,
    },
    url: `nats://127.0.0.1:${port}`,
  }),
  version: async (url) => `nats ${await askOnce(new URL(url), 4222, '', /^INFO .*"version":"([^"]+)".*\r\n/)}`,
};
