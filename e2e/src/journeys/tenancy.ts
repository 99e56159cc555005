import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRestDoor } from '@devmesh/rest-api';
import { createHealth, createMetrics, silentLogger } from '@devmesh/runtime';
import { signIn, type Browser } from '../clients/browser.ts';
import { connectMcp } from '../clients/mcp.ts';
import { rest, type Json, type Rest, type RestAnswer } from '../clients/rest.ts';
import { until } from '../platform/until.ts';
import { json, startVendor, vector, type FakeVendor } from '../vendors/fake-vendor.ts';
import { approve, askForSilence, ending, silencesOf, type Pending } from './silence.ts';
import { unique, type Tenant, type World } from './world.ts';

/** The part of a registered route that the walk needs. */
type Route = ReturnType<ReturnType<typeof createRestDoor>['routes']>[number];

/** What organisation A has: one of everything that has an id. */
interface Belongings {
  context: string;
  call: string;
  done: string;
  waiting: Pending;
  key: string;
  connection: string;
  connectionName: string;
  evidence: string;
  /** A word that stands in A's contexts only; B searches for it. */
  word: string;
  /** What B never sends: wherever it shows, it came from A. */
  secrets: Readonly<Record<string, string>>;
}

/**
 * Organisation B, with its own owner's key and session, against everything that A has. Routes, tools and resources are
 * enumerated from the registries: one that the walk does not know how to try fails it, so that none can be forgotten.
 */
export function describeTenancy(world: World): void {
  describe('tenancy walk', () => {
    let a: Belongings;
    let b: Tenant;
    let browser: Browser;
    let person: Rest;
    let vendor: FakeVendor;

    beforeAll(async () => {
      vendor = await startVendor((_seen, response) =>
        json(
          response,
          vector(
            Array.from({ length: 500 }, (_, n) => ({
              metric: { n: String(n), note: `${String(n)}${'x'.repeat(500)}` },
              value: '1',
            })),
          ),
        ),
      );
      a = await belongings(world, vendor.url);
      b = await world.register();
      browser = await signIn(world.platform.restUrl, b.owner);
      const { body } = await rest(world.platform.restUrl).post('/api/v1/auth/login', b.owner);
      person = rest(world.platform.restUrl, body.access_token);
    }, 60_000);
    afterAll(() => vendor.close());

    const routes = registeredRoutes();

    test('the registry that is walked is the one that is served', async () => {
      const { body } = await rest(world.platform.restUrl).get('/api/v1/openapi.json');
      const served = Object.entries(body.paths as Record<string, Json>).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const registered = routes
        .filter(({ hidden }) => hidden !== true)
        .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
      expect(served.sort()).toEqual(registered.sort());
    });

    test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_name, route) => {
      if (route.access === 'public') return expect(PUBLIC_ROUTES).toContain(route.name);
      const path = pathWithIdsOf(a, route);
      const hasId = path !== route.path;
      for (const answer of await asEveryCredentialOfB(route, path)) {
        // Of somebody else's things not even the existence may show; an own thing may be made or listed.
        if (hasId && !SHARED_NAMES.has(parameterPrefix(route)))
          expect({ path, status: answer.status }).toEqual({ path, status: 404 });
        expect([200, 201, 202, 204, 303, 400, 404, 409]).toContain(answer.status);
        expectNoSecretOf(a, answer.text, path);
      }
    });

    test('what can be listed holds nothing of A, not even an id', async () => {
      const c = await world.register();
      const session = await signIn(world.platform.restUrl, c.owner);
      const lists = routes.filter(
        ({ method, path, access, name }) =>
          method === 'GET' && !path.includes(':') && access !== 'public' && name !== 'events',
      );
      expect(lists.length).toBeGreaterThan(8);
      for (const { path } of lists) {
        const { status, html } = await session.get(path);
        expect({ path, status }).toEqual({ path, status: 200 });
        expectNothingOf(a, html, path);
      }
    });

    test("a context of B with an id of A is B's own, and A's stays as it is", async () => {
      const c = await world.register();
      expect((await c.api.post('/api/v1/contexts', { id: a.context, content: 'of C' })).status).toBe(201);
      expect((await c.api.request('DELETE', `/api/v1/contexts/${a.context}`)).status).toBe(204);
      expect((await world.api.get(`/api/v1/contexts/${a.context}?include_content=true`)).text).toContain(a.word);
    });

    test('every tool', async () => {
      // One that has made nothing yet, so that what it finds could only be somebody else's.
      const { api } = await world.register();
      const { body } = await api.get('/api/v1/tools?all=true');
      expect(body.tools.length).toBeGreaterThan(15);
      for (const { qualified_name: name, system } of body.tools as { qualified_name: string; system: string }[]) {
        const args = argumentsOf(a)[name];
        if (args === undefined)
          throw new Error(
            `${name} is not in the tenancy walk: say in tenancy.ts with which of A's ids B shall call it`,
          );
        const { status, text, body: reply } = await api.call(name, args);
        expectNoSecretOf(a, text, name);
        if (system === 'prometheus')
          expect({ name, success: reply.success, code: reply.error?.code }).toEqual({
            name,
            success: false,
            code: 'unavailable',
          });
        else if (FINDS_ITS_OWN.has(name)) expect({ name, status }).toEqual({ name, status: 200 });
        else
          expect({ name, success: reply.success ?? false, code: reply.error?.code }).toEqual({
            name,
            success: false,
            code: 'not_found',
          });
      }
    });

    test('a connection of A is not there for B, by name or by chance', async () => {
      for (const connection of [a.connectionName, 'default']) {
        const { body } = await b.api.call('prometheus_query', { query: 'up' }, { connection });
        expect({ connection, success: body.success, code: body.error.code }).toEqual({
          connection,
          success: false,
          code: expect.stringMatching(/unavailable|not_found|invalid_input/),
        });
      }
    });

    test('every resource and template over MCP', async () => {
      const agent = await connectMcp(world.platform.mcpUrl, b.apiKey, 'modern');
      try {
        const { resources } = await agent.client.listResources();
        for (const { uri } of resources)
          expectNothingOf(a, JSON.stringify(await agent.client.readResource({ uri })), uri);
        const { resourceTemplates } = await agent.client.listResourceTemplates();
        expect(resourceTemplates.length).toBeGreaterThan(2);
        for (const { uriTemplate } of resourceTemplates) {
          const id = idsOf(a)[`/${/^devmesh:\/\/([a-z]+)\//.exec(uriTemplate)?.[1] ?? ''}/`];
          if (id === undefined)
            throw new Error(`${uriTemplate} is not in the tenancy walk: say in tenancy.ts which of A's ids fits`);
          await expect(
            agent.client.readResource({ uri: uriTemplate.replace('{id}', encodeURIComponent(id)) }),
          ).rejects.toThrow(/not found/i);
        }
      } finally {
        await agent.close();
      }
    });

    test('afterwards everything of A is as it was', async () => {
      expect((await world.api.get(`/api/v1/contexts/${a.context}`)).body).toMatchObject({
        version: 1,
        message_count: 1,
      });
      expect((await world.api.get(`/api/v1/calls/${a.waiting.callId}`)).body.status).toBe('approval_pending');
      expect((await world.api.get(`/api/v1/connections/${a.connection}`)).status).toBe(200);
      expect((await world.api.get(`/api/v1/evidence/${a.evidence}`)).status).toBe(200);
      const keys = (await world.api.get('/api/v1/api-keys?limit=200')).body.data as Json[];
      expect(keys.find(({ id }) => id === a.key)?.revoked_at).toBeUndefined();
      expect(await silencesOf(a.done)).toEqual([expect.objectContaining({ status: { state: 'active' } })]);
      await world.api.post(`/api/v1/calls/${a.done}/undo`);
    });

    // A route may be open to a key, to a person's token and to a browser: each is tried.
    async function asEveryCredentialOfB(route: Route, path: string): Promise<RestAnswer[]> {
      const body = bodyFor(a, route);
      const asForm = route.bodyType === 'form';
      const headers = { cookie: browser.cookie, 'x-csrf-token': await csrfOfB() };
      const send = (api: Rest, extra: Record<string, string>) =>
        asForm
          ? api.request(route.method, path, new URLSearchParams(body).toString(), {
              headers: { ...extra, 'content-type': 'application/x-www-form-urlencoded' },
            })
          : api.request(route.method, path, body, { headers: extra });
      if (route.name === 'events') return [];
      if (ENDS_THE_SESSION.has(route.name)) return [];
      const withCookie = await send(rest(world.platform.restUrl), headers);
      const withToken = await send(person, {});
      return route.access === 'key' ? [withCookie, withToken, await send(b.api, {})] : [withCookie, withToken];
    }

    async function csrfOfB(): Promise<string> {
      const { html } = await browser.get('/approvals');
      return /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? '';
    }
  });
}

/** Nothing of any organisation can be asked of these. */
const PUBLIC_ROUTES = [
  'auth.register_organization',
  'auth.login',
  'auth.refresh',
  'openapi',
  'docs.page',
  'docs.asset',
  'pages.login',
  'pages.login.send',
  // Opened by a secret of 256 bits, not by an id.
  'pages.sign_in_link',
  'pages.sign_in_link.send',
];

/** Would sign B out in the middle of the walk, and touch nothing else. */
const ENDS_THE_SESSION = new Set(['auth.logout', 'pages.logout']);

/** Parameters that are no id of anybody: the same names for everybody. */
const SHARED_NAMES = new Set(['/api/v1/tools/']);

/** Tools that answer with what B itself has, which is nothing of A. */
const FINDS_ITS_OWN = new Set(['memory_search', 'contexts_list', 'contexts_create', 'status']);

/** Where an id of A fits, by what stands before it: in routes, and in the names of resources. */
function idsOf(a: Belongings): Readonly<Record<string, string>> {
  return {
    '/api/v1/contexts/': a.context,
    '/api/v1/calls/': a.done,
    '/api/v1/evidence/': a.evidence,
    '/api/v1/approvals/': a.waiting.approvalId,
    '/approvals/': a.waiting.approvalId,
    '/api/v1/api-keys/': a.key,
    '/api/v1/connections/': a.connection,
    '/api/v1/tools/': 'contexts_get',
    '/contexts/': a.context,
    '/calls/': a.call,
    '/evidence/': a.evidence,
  };
}

function argumentsOf(a: Belongings): Readonly<Record<string, Json>> {
  const silence = { matchers: [{ name: 'e2e', value: 'of-b' }], duration_minutes: 5, reason: 'of B' };
  return {
    memory_search: { query: a.word, context_ids: [a.context] },
    contexts_create: { id: unique('of-b'), content: 'of B' },
    contexts_get: { id: a.context },
    contexts_update: { id: a.context, metadata: { taken: true } },
    contexts_append: { id: a.context, messages: [{ role: 'user', content: 'of B' }] },
    contexts_list: {},
    contexts_delete: { id: a.context },
    evidence_read: { id: a.evidence },
    wait_for_call: { call_id: a.call, timeout_seconds: 1 },
    undo_call: { call_id: a.done },
    verify_call: { call_id: a.done },
    status: {},
    'prometheus.query': { query: 'up' },
    'prometheus.query_range': { query: 'up' },
    'prometheus.list_metrics': { match: 'up' },
    'prometheus.list_targets': {},
    'prometheus.firing_alerts': {},
    'prometheus.service_overview': { service: 'checkout' },
    'prometheus.list_silences': {},
    'prometheus.create_silence': silence,
    'prometheus.expire_silence': { silence_id: 'any' },
  };
}

/** A body that the route takes, so that nothing is hidden behind a 400. */
function bodyFor(a: Belongings, { name, body }: Route): Json {
  if (body === undefined) return undefined;
  const bodies: Record<string, Json> = {
    'api_keys.create': { name: 'of B' },
    'connections.create': { system: 'prometheus', name: unique('of-b'), endpoint: 'http://127.0.0.1:9' },
    'connections.update': { environment: 'taken' },
    'tools.execute': { parameters: { id: a.context } },
    'approvals.approve': {},
    'approvals.refuse': {},
    'contexts.create': { id: unique('of-b'), content: 'of B' },
    'contexts.update': { metadata: { taken: true } },
    'contexts.patch': { metadata: { taken: true } },
    'contexts.append_messages': { role: 'user', content: 'of B' },
    'contexts.search': { query: a.word },
    search: { query: a.word, context_ids: [a.context] },
    'pages.approval.decide': { verdict: 'approved' },
    'pages.logout': {},
  };
  if (bodies[name] === undefined) throw new Error(`${name} is not in the tenancy walk: give it a body in tenancy.ts`);
  return bodies[name];
}

function pathWithIdsOf(a: Belongings, route: Route): string {
  if (!route.path.includes(':')) return route.path;
  const id = idsOf(a)[parameterPrefix(route)];
  if (id === undefined)
    throw new Error(
      `${route.method} ${route.path} is not in the tenancy walk: say in tenancy.ts which of A's ids fits`,
    );
  const path = route.path.replace(/:\w+/, encodeURIComponent(id));
  if (path.includes(':')) throw new Error(`${route.path} has a second parameter: the tenancy walk does not know it`);
  return path;
}

function parameterPrefix({ path }: Route): string {
  return path.slice(0, path.indexOf(':'));
}

function expectNoSecretOf(a: Belongings, text: string, where: string): void {
  for (const [what, value] of Object.entries(a.secrets)) {
    if (text.includes(value)) throw new Error(`${where} shows A's ${what} to B: ${text.slice(0, 500)}`);
  }
}

/** For answers to somebody who has never sent an id of A. */
function expectNothingOf(a: Belongings, text: string, where: string): void {
  const { waiting, secrets, ...ids } = a;
  expectNoSecretOf(
    { ...a, secrets: { ...secrets, ...ids, approval: waiting.approvalId, waiting: waiting.callId } },
    text,
    where,
  );
}

/** Every route and page, from the very function that the apps call. */
function registeredRoutes(): readonly Route[] {
  const parts = {
    logger: silentLogger(),
    metrics: createMetrics({ service: 'walk' }),
    health: createHealth({ clock: () => new Date() }),
    clock: () => new Date(),
    identity: {},
  };
  // Handlers are never called here: what they would need is not there.
  const road = parts as unknown as Parameters<typeof createRestDoor>[0];
  return createRestDoor(road, { corsOrigins: [], trustProxy: false, version: '0.0.0' }).routes();
}

async function belongings(world: World, vendorUrl: string): Promise<Belongings> {
  const { api } = world;
  const word = unique('tenantword');
  const content = unique('contentofa');
  const context = unique('ctx');
  await api.post('/api/v1/contexts', { id: context, content: `${word} belongs to A, and so does ${content}` });
  await until(async () => (await api.post('/api/v1/search', { query: word })).body.results.length > 0, {
    what: 'A finds its word',
  });

  const connectionName = unique('of-a');
  const connection = await api.post('/api/v1/connections', {
    system: 'prometheus',
    name: connectionName,
    endpoint: vendorUrl,
    settings: { cost_guardrail: 'off' },
  });
  const large = await api.call('prometheus_query', { query: 'up', limit: 1000 }, { connection: connectionName });
  const silence = await askForSilence(api);
  await approve(await world.owner(), silence);
  expect((await ending(api, silence.callId)).status).toBe('succeeded');
  const { id: key } = await world.makeKey();
  return {
    context,
    word,
    call: large.body.call_id,
    evidence: large.body.evidence_ids[0],
    done: silence.callId,
    waiting: await askForSilence(api),
    key,
    connection: connection.body.id,
    connectionName,
    secrets: {
      content,
      endpoint: vendorUrl,
      owner: world.platform.owner.email,
      organization: String((await api.get('/api/v1/auth/me')).body.organization_id),
    },
  };
}
