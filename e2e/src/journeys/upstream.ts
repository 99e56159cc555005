import { afterAll, describe, expect, test } from '@jest/globals';
import type { Json } from '../clients/rest.ts';
import { freePorts } from '../platform/free-ports.ts';
import { until } from '../platform/until.ts';
import { within } from '../platform/within.ts';
import { json, vector } from '../vendors/fake-vendor.ts';
import { allMetrics } from './main-job.ts';
import { hang, talkative, vendorsOf } from './vendors-of.ts';
import { unique, type World } from './world.ts';

const SECRET = 'glpat-s3cr3tV4lueN0body5hould5ee';

/** A Prometheus that is down, slow, no Prometheus at all, or much too talkative. */
export function describeUpstream(world: World): void {
  describe('upstream trouble', () => {
    const vendors = vendorsOf(world);
    afterAll(() => vendors.close());

    test('a Prometheus that is down is unavailable, with what to check', async () => {
      const [port = 0] = await freePorts(1);
      const name = await vendors.connect(`http://127.0.0.1:${String(port)}`);
      const { status, body } = await world.api.call('prometheus_query', { query: 'up' }, { connection: name });
      expect([status, body.success, body.data]).toEqual([200, false, {}]);
      expect(body.error).toMatchObject({
        code: 'unavailable',
        retryable: true,
        suggestion: expect.stringContaining('URL'),
      });
    });

    test('HTML instead of JSON is an upstream failure, and nothing of the page comes through', async () => {
      const { name } = await vendors.that((_seen, response) => {
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<html><script>alert(1)</script>Sign in to the portal</html>');
      });
      const { body } = await world.api.call('prometheus_query', { query: 'up' }, { connection: name });
      expect(body.error).toMatchObject({ code: 'upstream_failed', suggestion: expect.any(String) });
      expect(JSON.stringify(body)).not.toContain('portal');
    });

    test("when the client goes away the vendor's connection is closed, and the call is cancelled", async () => {
      const { vendor, name } = await vendors.that(hang);
      const leaving = new AbortController();
      const asked = world.api.call(
        'prometheus_query',
        { query: unique('slow').replaceAll('-', '_') },
        { connection: name, signal: leaving.signal },
      );
      const seen = await until(() => vendor.seen[0], { what: 'the vendor is asked' });
      leaving.abort();
      await expect(asked).rejects.toThrow();
      await within(seen.closed, 2_000);
      await until(
        async () => callsOf(await world.api.get('/api/v1/calls?tool=prometheus.query&state=cancelled')).length > 0,
        { what: 'the call is cancelled' },
      );
    });

    test("a deadline ends a slow call, and the vendor's connection", async () => {
      const { vendor, name } = await vendors.that(hang);
      const began = performance.now();
      const { body } = await world.api.post('/api/v1/tools/prometheus_query/execute', {
        parameters: { query: 'up' },
        connection: name,
        timeout_ms: 300,
      });
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(body).toMatchObject({ success: false, error: { code: 'timeout', retryable: true } });
      await within(vendor.seen[0]?.closed, 2_000);
    });

    test('a running call can be cancelled from elsewhere', async () => {
      const { vendor, name } = await vendors.that(hang);
      const headers = { 'idempotency-key': unique('cancel') };
      const asked = world.api.call('prometheus_query', { query: 'up' }, { connection: name, headers });
      await until(() => vendor.seen[0], { what: 'the vendor is asked' });
      const running = await until(async () => callsOf(await world.api.get('/api/v1/calls?state=dispatched'))[0], {
        what: 'the call is in the history',
      });
      expect((await world.api.post(`/api/v1/calls/${String(running.id)}/cancel`)).status).toBe(202);
      await within(vendor.seen[0]?.closed, 2_000);
      expect((await asked).body).toMatchObject({ success: false, status: 'cancelled' });
    });

    test('a query that would touch 100,000 series is refused before it is asked, with a rewrite', async () => {
      const { vendor, name } = await vendors.that((_seen, response) =>
        json(response, vector([{ metric: {}, value: '100000' }])),
      );
      const { body } = await world.api.call('prometheus_query', { query: 'http_requests_total' }, { connection: name });
      expect(body.error).toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('100000'),
        suggestion: expect.stringContaining('job='),
      });
      expect(vendor.seen.map(({ query }) => query.get('query'))).toEqual(['count(http_requests_total)']);
    });

    test('100,000 series that come all the same are counted, cut, and say so', async () => {
      const series = Array.from({ length: 100_000 }, (_, n) => ({
        metric: { __name__: 'up', pod: `pod-${String(n)}` },
        value: '1',
      }));
      const { name } = await vendors.that((_seen, response) => json(response, vector(series)), {
        cost_guardrail: 'off',
      });
      const { body } = await world.api.call('prometheus_query', { query: 'up' }, { connection: name });
      expect(body).toMatchObject({ success: true, page: { returned: 50, total: 100_000, truncated: true } });
      expect(JSON.stringify(body).length).toBeLessThan(64 * 1024);
      expect(body.hints.join(' ')).toContain('pod');
    });

    test('an answer of 5 MB is kept as evidence and can be read by page, by word and by query', async () => {
      const { name } = await vendors.that(talkative, { cost_guardrail: 'off' });
      const { body } = await world.api.call('prometheus_query', { query: 'big', limit: 1000 }, { connection: name });
      expect(body).toMatchObject({ success: true, page: { truncated: true }, evidence_ids: [expect.any(String)] });
      expect(JSON.stringify(body).length).toBeLessThan(128 * 1024);
      const id = body.evidence_ids[0] as string;
      const page = (await world.api.get(`/api/v1/evidence/${id}`)).body;
      expect(page.pages).toBeGreaterThan(10);
      const found = (await world.api.get(`/api/v1/evidence/${id}?query=${encodeURIComponent('length(rows)')}`)).body;
      expect(found.text.trim()).toBe('1000');
      expect((await world.api.get(`/api/v1/evidence/${id}?grep=needle`)).body.matches).toBeGreaterThan(0);
    });

    test('a credential goes to the vendor and nowhere else', async () => {
      const { vendor, name } = await vendors.that(
        (_seen, response) =>
          json(response, { status: 'error', errorType: 'bad_data', error: `token ${SECRET} may not do this` }, 400),
        {},
        { token: SECRET },
      );
      const { text } = await world.api.call('prometheus_query', { query: 'up' }, { connection: name });
      expect(vendor.seen[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
      expect(text).not.toContain(SECRET);
      for (const path of ['/api/v1/connections', '/api/v1/calls', '/api/v1/audit', '/api/v1/status'])
        expect((await world.api.get(path)).text).not.toContain(SECRET);
      expect(world.platform.logs()).not.toContain(SECRET);
      expect(await allMetrics(world)).not.toContain(SECRET);
    });

    test('an organisation has several connections of one system, and every answer says which it was', async () => {
      const { name } = await vendors.that((_seen, response) => json(response, vector([{ metric: {}, value: '42' }])));
      const there = await world.api.call('prometheus_query', { query: 'up' }, { connection: name });
      const usual = await world.api.call('prometheus_query', { query: 'up' });
      expect([there.body.scope.connection, there.body.data.rows]).toEqual([name, [[42]]]);
      expect(usual.body.scope.connection).toBe('default');
    });
  });
}

function callsOf({ body }: { body: Json }): { id: string }[] {
  return body.data as { id: string }[];
}
