import { join } from 'node:path';
import type { ServerKind } from '../server-kind.ts';

/** Notifies nobody; it keeps alerts and silences. */
const SETTINGS = `route: { receiver: nobody, group_wait: 0s, group_interval: 1s }
receivers: [{ name: nobody }]
`;

export const alertmanager: ServerKind = {
  suite: 'trixie',
  endSignal: 'SIGTERM',
  plan: ({ dir, port, programs }, { config = SETTINGS }) => ({
    program: join(programs, 'usr/bin/prometheus-alertmanager'),
    args: [
      `--config.file=${join(dir, 'alertmanager.yml')}`,
      `--storage.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=', // no cluster, no second port
    ],
    cwd: programs, // see relink.ts
    files: { 'alertmanager.yml': config },
    url: `http://127.0.0.1:${port}`,
  }),
  version: async (url) => {
    const answer = await fetch(`${url.replace(/\/$/, '')}/api/v2/status`, { signal: AbortSignal.timeout(2000) });
    if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}`);
    const { versionInfo } = (await answer.json()) as { versionInfo: { version: string } };
    return `alertmanager ${versionInfo.version}`;
  },
};
