import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, ServerKind, ServerOptions } from '../server-kind.ts';

/** Scrapes itself every second. Further rules: a file in `<TEST_SERVERS_DIR>/prometheus/rules`, then POST /-/reload. */
export const prometheus: ServerKind = {
  suite: 'trixie',
  endSignal: 'SIGTERM',
  plan: (place, options) => ({
    program: join(place.programs, 'usr/bin/prometheus'),
    args: [
      `--config.file=${join(place.dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(place.dir, 'data')}`,
      '--storage.tsdb.retention.time=6h',
      `--web.listen-address=127.0.0.1:${place.port}`,
      '--rules.alert.resend-delay=1s', // the first sending is lost: Alertmanager is discovered only seconds after the start
      '--web.enable-lifecycle',
      '--web.enable-remote-write-receiver',
    ],
    cwd: place.dir,
    files: {
      'prometheus.yml': settings(place, options), // JSON, and so YAML
      'rules/devmesh-test-alert.yml': readFileSync(new URL('../rules/devmesh-test-alert.yml', import.meta.url), 'utf8'),
      ...(options.config === undefined ? {} : { 'rules/own.yml': options.config }),
    },
    url: `http://127.0.0.1:${place.port}`,
  }),
  version: async (url) => {
    const answer = await fetch(`${url.replace(/\/$/, '')}/api/v1/status/buildinfo`, {
      signal: AbortSignal.timeout(2000),
    });
    if (!answer.ok) throw new Error(`Prometheus answered ${answer.status}`);
    const { data } = (await answer.json()) as { data: { version: string } };
    return `prometheus ${data.version}`;
  },
};

function settings({ dir, port }: Place, { alertmanagerUrl }: ServerOptions): string {
  const alertmanagers = alertmanagerUrl ? [targets(new URL(alertmanagerUrl))] : [];
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ job_name: 'prometheus', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    rule_files: [join(dir, 'rules/*.yml')],
    alerting: { alertmanagers },
  };
  return JSON.stringify(config, undefined, 2);
}

function targets({ protocol, host, pathname }: URL) {
  return { scheme: protocol.slice(0, -1), path_prefix: pathname, static_configs: [{ targets: [host] }] };
}
