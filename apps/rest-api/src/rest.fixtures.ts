import { createRoad, reportInfra, RoadSettings, type Infra, type Road } from '@devmesh/assembly';
import { createMemoryBus } from '@devmesh/bus';
import { createMemoryCache } from '@devmesh/cache';
import type { JobName, JobPayload } from '@devmesh/contracts';
import type { Queue } from '@devmesh/queue';
import { createHealth, createLifecycle, createMetrics, silentLogger } from '@devmesh/runtime';
import { openTestStore } from '@devmesh/store/testing';
import { createVault } from '@devmesh/vault';
import { createClient, type Client } from './client.fixtures.ts';
import { createRestDoor } from './create-rest-door.ts';

export const PASSWORD = 'Correct-horse-7';

export interface Tenant {
  slug: string;
  email: string;
  organizationId: string;
  apiKey: string;
  /** With the owner's key. */
  api: Client;
}

/** The REST door as the platform has it, on the embedded form, over real HTTP; every JSON answer is checked by its own schema. */
export async function openRest(settings: Partial<RoadSettings> = {}) {
  const time = { aheadMs: 0 };
  const clock = () => new Date(Date.now() + time.aheadMs);
  const logger = silentLogger();
  const metrics = createMetrics({ service: 'test' });
  const lifecycle = createLifecycle({ logger, deadlineMs: 5_000 });
  const health = createHealth({ clock });
  const store = await openTestStore();
  const jobs = createJobs();
  const infra: Infra = {
    store,
    bus: createMemoryBus({ logger, metrics }),
    cache: createMemoryCache({ clock }),
    queue: jobs.queue,
    vault: createVault({ masterKey: new Uint8Array(32).fill(7), clock }),
  };
  reportInfra(infra, health);
  const given = { ...RoadSettings.parse({}), PUBLIC_URL: 'http://devmesh.test', ...settings };
  const road = createRoad(infra, { logger, metrics, health, lifecycle, clock }, given);
  jobs.workFor(road);
  const stopRoad = await road.start();
  const door = createRestDoor(road, { corsOrigins: [], trustProxy: false, version: '0.0.1', checkReplies: true });
  const listening = await door.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${String(listening.port)}`;
  let organizations = 0;

  async function register(fields: Record<string, unknown> = {}): Promise<Tenant> {
    organizations += 1;
    const slug = `team-${String(organizations)}`;
    const email = `owner@${slug}.test`;
    const { status, body } = await createClient(url).post('/api/v1/auth/register/organization', {
      organization_name: `Team ${String(organizations)}`,
      organization_slug: slug,
      admin_email: email,
      admin_name: 'Ada',
      admin_password: PASSWORD,
      ...fields,
    });
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
    const apiKey = String(body.api_key);
    return { slug, email, organizationId: body.organization.id, apiKey, api: createClient(url, bearer(apiKey)) };
  }

  return {
    url,
    road,
    door,
    store,
    bus: infra.bus,
    clock,
    jobs,
    anonymous: createClient(url),
    register,
    as: (credential: string) => createClient(url, bearer(credential)),
    /** Another key of the tenant, made over REST. */
    async key(tenant: Tenant, wanted: Record<string, unknown> = {}): Promise<Client & { apiKey: string; id: string }> {
      const { status, body } = await tenant.api.post('/api/v1/api-keys', { name: 'other', ...wanted });
      if (status !== 201) throw new Error(`no key: ${JSON.stringify(body)}`);
      return { ...createClient(url, bearer(body.api_key)), apiKey: body.api_key, id: body.id };
    },
    pass(milliseconds: number): void {
      time.aheadMs += milliseconds;
    },
    async close(): Promise<void> {
      await listening.close({ deadlineMs: 500 });
      await jobs.done();
      await stopRoad();
      await infra.bus.close();
      await store.close();
    },
  };
}
export type Rest = Awaited<ReturnType<typeof openRest>>;

function bearer(credential: string) {
  return { authorization: `Bearer ${credential}` };
}

/** The queue and its worker in one: a job runs as soon as it is added. */
function createJobs() {
  const running = new Set<Promise<void>>();
  let road: Road | undefined;

  async function run(name: JobName, payload: unknown): Promise<void> {
    const { signal } = new AbortController();
    if (name === 'call.execute') {
      const { organizationId, callId } = payload as JobPayload<'call.execute'>;
      await road?.gateway.executeApproved(organizationId, callId, signal);
    }
    if (name === 'context.index') await road?.memory.indexContext(payload as JobPayload<'context.index'>, signal);
  }

  const add: Queue['add'] = async (name, payload) => {
    const job = run(name, payload).finally(() => running.delete(job));
    running.add(job);
  };
  return {
    queue: { add, state: () => ({ state: 'up' as const }) } as Partial<Queue> as Queue,
    workFor: (given: Road) => void (road = given),
    /** Resolves when nothing runs. */
    async done(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
