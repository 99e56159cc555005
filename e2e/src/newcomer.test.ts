import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openSignInLink, signIn } from './clients/browser.ts';
import { rest } from './clients/rest.ts';
import type { Child } from './platform/child.ts';
import { freshEnvironment, readFirstAccess, readyLine, removeFolder, startDevmesh } from './platform/one-process.ts';
import { PASSWORD } from './platform/owner.ts';
import { until } from './platform/until.ts';

/** What somebody meets who types the two commands. */
describe('a newcomer', () => {
  const children: Child[] = [];
  const folders: Record<string, string>[] = [];

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.end('SIGKILL')));
    await Promise.all(folders.splice(0).map(removeFolder));
  });

  test('the first start says where everything is, and gives the key once, in a file that only they can read', async () => {
    const env = await fresh();
    const child = start(env);
    const line = await readyLine(child);
    expect(line).toMatchObject({
      rest_url: `http://localhost:${env['REST_PORT'] ?? ''}/api/v1`,
      mcp_url: `http://localhost:${env['MCP_PORT'] ?? ''}/mcp`,
      data_dir: env['DEVMESH_DATA_DIR'],
      organization: 'my-team',
      systems: ['prometheus'],
      first_access_file: join(env['DEVMESH_DATA_DIR'] ?? '', 'first-access.json'),
    });
    const path = line.first_access_file ?? '';
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(line.data_dir)).mode & 0o077).toBe(0);
    const access = await readFirstAccess(path);
    expect(child.stdout() + child.stderr()).not.toContain(access.api_key);
    // Quiet: one line on stdout, and nothing to worry about.
    expect([child.stdout().trim().split('\n').length, child.stderr()]).toEqual([1, '']);

    const api = rest(restUrl(env), access.api_key);
    expect((await api.get('/api/v1/auth/me')).body).toMatchObject({ kind: 'key', toolset: 'all' });
    expect(
      (await rest(`http://localhost:${env['MCP_PORT'] ?? ''}`, access.api_key).get('/api/v1/auth/me')).status,
    ).toBe(200);
    for (const probe of ['/livez', '/readyz', '/health', '/healthz']) expect((await api.get(probe)).status).toBe(200);
  });

  test('the sign-in link sets a password on a page without scripts, once', async () => {
    const env = await fresh();
    const access = await readFirstAccess((await readyLine(start(env))).first_access_file);
    const link = access.sign_in_url ?? '';
    const page = await fetch(link);
    const html = await page.text();
    expect([page.status, /<script/i.test(html)]).toEqual([200, false]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");

    await expect(openSignInLink(link, 'short')).rejects.toThrow('400');
    const owner = await openSignInLink(link, PASSWORD);
    expect((await owner.get('/approvals')).status).toBe(200);
    expect((await fetch(link)).status).toBe(410);
    await expect(openSignInLink(link, 'Another-Horse-1')).rejects.toThrow('410');
    expect(
      (await (await signIn(restUrl(env), { email: 'owner@devmesh.local', password: PASSWORD })).get('/approvals'))
        .status,
    ).toBe(200);
    await expect(signIn(restUrl(env), { email: 'owner@devmesh.local', password: 'Another-Horse-1' })).rejects.toThrow(
      '401',
    );
  });

  test('a second start keeps everything, shows no key again, and a new link only until there is a password', async () => {
    const env = await fresh();
    const first = start(env);
    const access = await readFirstAccess((await readyLine(first)).first_access_file);
    const { body } = await rest(restUrl(env), access.api_key).post('/api/v1/contexts', {
      id: 'kept',
      content: 'over restarts',
    });
    expect(body.id).toBe('kept');
    expect((await first.end('SIGTERM')).code).toBe(0);

    const second = start(env);
    const again = await readFirstAccess((await readyLine(second)).first_access_file);
    // It stays in the file, where it was put; no second one is made, and no start ever says it aloud.
    expect(again.api_key).toBe(access.api_key);
    expect((await rest(restUrl(env), access.api_key).get('/api/v1/api-keys')).body.data).toHaveLength(1);
    expect(second.stdout()).not.toContain('devmesh_');
    expect(again.sign_in_url).not.toBe(access.sign_in_url);
    expect((await fetch(access.sign_in_url ?? '')).status).toBe(410);
    expect((await rest(restUrl(env), access.api_key).get('/api/v1/contexts/kept?include_content=true')).text).toContain(
      'over restarts',
    );
    await openSignInLink(again.sign_in_url ?? '', PASSWORD);
    await second.end('SIGTERM');

    const third = await readyLine(start(env));
    expect((await readFirstAccess(third.first_access_file)).sign_in_url).toBeUndefined();
    expect(third.ready_ms).toBeLessThan(10_000);
  });

  test('a second process on the same folder is refused, and named the first', async () => {
    const env = await fresh();
    const first = start(env);
    await readyLine(first);
    const second = start({ ...(await freshPorts()), DEVMESH_DATA_DIR: env['DEVMESH_DATA_DIR'] ?? '' });
    const { code } = await second.exited;
    expect(code).not.toBe(0);
    expect(second.stderr()).toContain(String(first.pid));
    expect(second.stderr()).not.toMatch(/\n\s+at /);
    expect((await rest(restUrl(env)).get('/readyz')).status).toBe(200);
  });

  test('a folder whose process was killed is taken over', async () => {
    const env = await fresh();
    const first = start(env);
    await readyLine(first);
    await first.end('SIGKILL');
    await readyLine(start(env));
  });

  test.each(['REST_PORT', 'MCP_PORT'])(
    'a port in use (%s) is named with its owner, and how to choose another',
    async (variable) => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as AddressInfo;
      try {
        const child = start({ ...(await fresh()), [variable]: String(port) });
        const { code } = await child.exited;
        expect(code).toBe(1);
        expect(child.stderr()).toContain(`Port ${String(port)} is in use`);
        expect(child.stderr()).toContain(`pid ${String(process.pid)}`);
        expect(child.stderr()).toContain(`${variable}=`);
      } finally {
        await new Promise((resolve) => taken.close(resolve));
      }
    },
  );

  test('a configuration that cannot work is said whole, and exits 78', async () => {
    const child = start({ ...(await fresh()), REST_PORT: 'many', APPROVAL_TTL_MINUTES: '0' });
    expect((await child.exited).code).toBe(78);
    expect(child.stderr()).toMatch(/REST_PORT[^]*APPROVAL_TTL_MINUTES|APPROVAL_TTL_MINUTES[^]*REST_PORT/);
  });

  test('SIGTERM under load ends cleanly, and what was accepted is kept', async () => {
    const env = await fresh();
    const child = start(env);
    const access = await readFirstAccess((await readyLine(child)).first_access_file);
    const api = rest(restUrl(env), access.api_key);
    await api.post('/api/v1/contexts', { id: 'load' });
    const accepted: string[] = [];
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; ; n++) {
        const content = `c${String(client)}-m${String(n)}`;
        const answer = await api
          .post('/api/v1/contexts/load/messages', { role: 'user', content })
          .catch(() => undefined);
        if (answer?.status !== 201) return answer?.status;
        accepted.push(content);
      }
    });
    await until(() => accepted.length > 100, { what: '100 messages are accepted' });
    const began = performance.now();
    expect(await child.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(5_000);
    // Whoever came too late was told so, or found nobody: never a 500.
    for (const status of await Promise.all(clients)) expect([undefined, 503]).toContain(status);
    expect(child.stderr()).toBe('');

    await readyLine(start(env));
    expect((await messagesOf(api)).filter((content) => accepted.includes(content)).sort()).toEqual(accepted.sort());
    await expect(readFile(join(env['DEVMESH_DATA_DIR'] ?? '', 'devmesh.lock'), 'utf8')).resolves.toContain('"pid"');
  });

  async function fresh(): Promise<Record<string, string>> {
    const env = await freshEnvironment();
    folders.push(env);
    return env;
  }

  async function freshPorts(): Promise<Record<string, string>> {
    const { DEVMESH_DATA_DIR: _folder, ...env } = await fresh();
    return env;
  }

  function start(env: Record<string, string>): Child {
    const child = startDevmesh(env);
    children.push(child);
    return child;
  }
});

function restUrl(env: Readonly<Record<string, string>>): string {
  return `http://127.0.0.1:${env['REST_PORT'] ?? ''}`;
}

async function messagesOf(api: ReturnType<typeof rest>): Promise<string[]> {
  const contents: string[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await api.get(
      `/api/v1/contexts/load/messages?limit=1000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    contents.push(...(body.data as { content: string }[]).map(({ content }) => content));
    cursor = body.next_cursor as string | null;
  } while (cursor !== null);
  return contents;
}
