/** This machine cannot install or start the servers by itself; `message` says what its owner can do instead. */
export class ServersUnavailable extends Error {
  override name = 'ServersUnavailable';

  constructor(why: string, options?: ErrorOptions) {
    super(`${why}\n${HELP}`, options);
  }
}

const HELP = `
What you can do:
  * use a Debian or Ubuntu machine (amd64) with apt-get, dpkg, the package debian-archive-keyring and a Debian mirror in
    its apt sources (elsewhere: TEST_SERVERS_MIRROR=<URL of a Debian mirror>);
  * or, with Docker:  docker compose -f tools/servers/compose.yaml up -d --wait
  * or bring servers of your own (Postgres with pgvector, twice; Redis or Valkey; NATS; Prometheus; Alertmanager).
In the last two cases say where they are. With compose that is:
  export TEST_DATABASE_URL=postgres://postgres@127.0.0.1:54317/postgres TEST_DATABASE_URL_NEWEST=postgres://postgres@127.0.0.1:54318/postgres
  export TEST_REDIS_URL=redis://127.0.0.1:56317 TEST_NATS_URL=nats://127.0.0.1:54217
  export TEST_PROMETHEUS_URL=http://127.0.0.1:59117 TEST_ALERTMANAGER_URL=http://127.0.0.1:59118`;
