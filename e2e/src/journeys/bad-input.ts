import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { rest, type RestAnswer } from '../clients/rest.ts';
import { until } from '../platform/until.ts';
import { unique, type World } from './world.ts';

const MIB = 1024 * 1024;

/** Each gets a clear error with a next step, in the one form. */
export function describeBadInput(world: World): void {
  describe('bad input', () => {
    test('malformed JSON', async () => {
      const { error } = refused(await world.api.post('/api/v1/contexts', '{"content": '), 400, 'invalid_input');
      expect(error.message).toMatch(/JSON/);
    });

    test('a body that is not called JSON', async () => {
      const { error } = refused(
        await world.api.post('/api/v1/contexts', 'content=x', { headers: { 'content-type': 'text/plain' } }),
        415,
        'invalid_input',
      );
      expect(error.suggestion).toContain('application/json');
    });

    test('an unknown field is named', async () => {
      const { error } = refused(await world.api.post('/api/v1/contexts', { contnet: 'x' }), 400, 'invalid_input');
      expect(Object.keys(error.details.fields)).toEqual(['contnet']);
    });

    test('a wrong type is named', async () => {
      const { error } = refused(
        await world.api.post('/api/v1/search', { query: 7, limit: 'many' }),
        400,
        'invalid_input',
      );
      expect(Object.keys(error.details.fields).sort()).toEqual(['limit', 'query']);
    });

    test('an unknown address, and a method that it does not know', async () => {
      refused(await world.api.get('/api/v1/contextz'), 404, 'not_found');
      const wrong = await world.api.request('DELETE', '/api/v1/search');
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')]);
    });

    test('problem details are answered to whoever asks for them', async () => {
      const { headers, body } = await world.api.get('/api/v1/contexts/nothing-here', {
        headers: { accept: 'application/problem+json' },
      });
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({ status: 404, title: expect.any(String) });
    });

    test('an unknown tool is answered with the nearest name that one may call', async () => {
      const { error } = refused(await world.api.call('prometheus_qurey', { query: 'up' }), 404, 'not_found');
      expect(error.suggestion).toContain('prometheus_query');
    });

    test('an unknown argument of a tool is answered with the nearest one; a tool that was asked wrongly is a 200', async () => {
      const { status, body } = await world.api.call('prometheus_query', { querry: 'up' });
      expect([status, body.success, body.data]).toEqual([200, false, {}]);
      expect(body.error).toMatchObject({
        code: 'invalid_input',
        retryable: false,
        suggestion: expect.stringContaining('"query"'),
      });
      expect(Object.keys(body.error.details.fields).sort()).toEqual(['querry', 'query']);
    });

    test('a wrong type of an argument', async () => {
      const { body } = await world.api.call('prometheus_query', { query: 'up', limit: 'many' });
      expect(body.error).toMatchObject({ code: 'invalid_input', details: { fields: { limit: expect.any(String) } } });
    });

    test('an unknown connection is answered with the names that there are', async () => {
      const { status, body } = await world.api.call('prometheus_query', { query: 'up' }, { connection: 'nowhere' });
      expect([status, body.success]).toEqual([200, false]);
      expect(`${String(body.error.message)} ${String(body.error.suggestion)}`).toMatch(/nowhere[^]*default/);
    });

    test('a context of 11 MB is too large, and says what fits; nothing of it is kept', async () => {
      const id = unique('large');
      const { error } = refused(
        await world.api.post('/api/v1/contexts', { id, content: 'x'.repeat(11 * MIB) }),
        413,
        'invalid_input',
      );
      expect(error.message).toMatch(/10/);
      refused(await world.api.get(`/api/v1/contexts/${id}`), 404, 'not_found');
    });

    test('the arguments of a tool are bounded', async () => {
      refused(await world.api.call('prometheus_query', { query: 'x'.repeat(2 * MIB) }), 413, 'invalid_input');
      const { body } = await world.api.call('prometheus_query', { query: 'x'.repeat(900 * 1024) });
      expect(body).toMatchObject({ success: false, error: { code: 'invalid_input' } });
      expect(JSON.stringify(body).length).toBeLessThan(4096);
    });

    test('no key, a made-up key, and a header of another kind', async () => {
      refused(await rest(world.platform.restUrl).get('/api/v1/contexts'), 401, 'unauthenticated');
      refused(
        await rest(world.platform.restUrl, `devmesh_${'x'.repeat(43)}`).get('/api/v1/contexts'),
        401,
        'unauthenticated',
      );
      refused(
        await rest(world.platform.restUrl).get('/api/v1/contexts', {
          headers: { authorization: 'Basic b3duZXI6eA==' },
        }),
        401,
        'unauthenticated',
      );
    });

    test('a revoked key is refused within a second, at every door', async () => {
      const agent = await world.makeKey();
      expect((await agent.api.get('/api/v1/contexts')).status).toBe(200);
      expect(await atTheMcpDoor(agent.key)).toBe(200);
      await world.api.request('DELETE', `/api/v1/api-keys/${agent.id}`);
      await until(async () => (await agent.api.get('/api/v1/contexts')).status === 401, {
        what: 'the key is refused by REST',
        forMs: 1_000,
      });
      await until(async () => (await atTheMcpDoor(agent.key)) === 401, {
        what: 'the key is refused by MCP',
        forMs: 1_000,
      });
    });

    test('a key does what it was made for: read-only unless asked otherwise, and nobody grants more than they hold', async () => {
      const agent = await world.makeKey();
      refused(await agent.api.call('prometheus_create_silence', {}), 404, 'not_found');
      refused(await agent.api.post('/api/v1/connections', { system: 'prometheus', name: 'x' }), 403, 'forbidden');
      refused(await agent.api.post('/api/v1/api-keys', { name: 'more' }), 403, 'forbidden');
      const admin = await world.makeKey({ scopes: ['read', 'admin'], toolset: 'observe' });
      refused(await admin.api.post('/api/v1/api-keys', { name: 'more', scopes: ['write'] }), 403, 'forbidden');
      refused(
        await admin.api.post('/api/v1/api-keys', { name: 'more', scopes: ['read'], toolset: 'all' }),
        403,
        'forbidden',
      );
    });

    test('too many requests are told when to come back', async () => {
      const agent = await world.makeKey({ rate_limit: { capacity: 3, refillPerMinute: 1 } });
      const answers = await Promise.all(Array.from({ length: 6 }, () => agent.api.get('/api/v1/auth/me')));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429]);
      const limited = answers.find(({ status }) => status === 429);
      expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(limited?.body.error.code).toBe('rate_limited');
    });

    test('five wrong passwords lock that account, and nobody else', async () => {
      const [one, two] = [await world.register(), await world.register()];
      const anonymous = rest(world.platform.restUrl);
      const guesses = await Promise.all(
        Array.from({ length: 12 }, () =>
          anonymous.post('/api/v1/auth/login', { ...one.owner, password: 'Wrong-Horse-1' }),
        ),
      );
      expect(guesses.every(({ status }) => status === 401 || status === 429)).toBe(true);
      expect((await anonymous.post('/api/v1/auth/login', one.owner)).status).not.toBe(200);
      expect((await anonymous.post('/api/v1/auth/login', two.owner)).status).toBe(200);
    });
  });

  describe('idempotency', () => {
    test('the same key and input is one thing and one answer; other input is refused', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const first = await world.api.post('/api/v1/contexts', { content: 'once' }, { headers });
      const again = await world.api.post('/api/v1/contexts', { content: 'once' }, { headers });
      expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
      refused(await world.api.post('/api/v1/contexts', { content: 'other' }, { headers }), 422, 'conflict');
    });

    test('eight at once with one key append one message', async () => {
      const { body } = await world.api.post('/api/v1/contexts', {});
      const headers = { 'idempotency-key': randomUUID() };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          world.api.post(`/api/v1/contexts/${body.id}/messages`, { role: 'user', content: 'once' }, { headers }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
      expect((await world.api.get(`/api/v1/contexts/${body.id}/messages`)).body.data).toHaveLength(1);
    });

    test('a tool call with the same key is the same call, also while it waits for a person; other input is refused', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const silence = { matchers: [{ name: 'e2e', value: unique('alert') }], duration_minutes: 5, reason: 'once' };
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => world.api.call('prometheus_create_silence', silence, { headers })),
      );
      expect(
        new Set(
          answers.map(({ status, body }) => `${String(status)} ${String(body.call_id)} ${String(body.approval_id)}`),
        ).size,
      ).toBe(1);
      refused(
        await world.api.call('prometheus_create_silence', { ...silence, duration_minutes: 6 }, { headers }),
        422,
        'conflict',
      );
    });

    test('a key belongs to whoever used it: another organisation may use the same', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const mine = await world.api.post('/api/v1/contexts', { content: 'mine' }, { headers });
      const theirs = await (await world.register()).api.post('/api/v1/contexts', { content: 'theirs' }, { headers });
      expect([theirs.status, theirs.body.id === mine.body.id]).toEqual([201, false]);
    });
  });

  async function atTheMcpDoor(key: string): Promise<number> {
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
    };
    const response = await fetch(world.platform.mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(message),
    });
    await response.text();
    return response.status;
  }
}

/** The error form of every door: a code, a sentence, a next step, and the id that finds the log line. */
export function refused({ status, body }: RestAnswer, wantedStatus: number, code: string) {
  expect({ status, code: body?.error?.code }).toEqual({ status: wantedStatus, code });
  expect(body.error).toMatchObject({
    message: expect.stringMatching(/\S/),
    suggestion: expect.stringMatching(/\S/),
    request_id: expect.stringMatching(/\S/),
  });
  return body as { error: { message: string; suggestion: string; details: { fields: Record<string, string> } } };
}
