import { beforeAll, describe, expect, test } from '@jest/globals';
import { devmesh } from '../clients/cli.ts';
import { until } from '../platform/until.ts';
import { approve, silencesOf } from './silence.ts';
import { unique, type World } from './world.ts';

/** Every noun at a shell: for people, and for programs. */
export function describeCli(world: World): void {
  describe('the command line', () => {
    const word = unique('cliword');
    const id = unique('cli');
    const type = (...args: string[]) =>
      devmesh(args, { DEVMESH_URL: world.platform.restUrl, DEVMESH_API_KEY: world.platform.apiKey });

    beforeAll(async () => {
      await world.api.post('/api/v1/contexts', { id, content: `${word} was typed` });
      await world.api.call('prometheus_query', { query: 'up' });
      await until(async () => (await world.api.post('/api/v1/search', { query: word })).body.results.length > 0, {
        what: 'the word is found',
      });
      await until(async () => (await world.api.get('/api/v1/calls')).body.data.length > 0, {
        what: 'a call is in the history',
      });
    });

    test.each([
      ['status', ['status'], 'prometheus'],
      ['tool', ['tool', 'list'], 'prometheus_query'],
      ['call', ['call', 'list'], 'call_'],
      ['key', ['key', 'list'], 'key_'],
      ['context', ['context', 'get', id, '--messages'], word],
      ['connection', ['connection', 'list'], 'default'],
      ['search', ['search', word], id],
    ])('%s: text for people, JSON and JSON lines for programs', async (_noun, args, shows) => {
      const [text, json, lines] = await Promise.all([
        type(...args),
        type(...args, '-o', 'json'),
        type(...args, '-o', 'jsonl'),
      ]);
      for (const { code, stdout, stderr } of [text, json, lines]) {
        // Remarks, such as that there is more, are beside the data: it can be piped on.
        expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/error|\n\s+at /i) });
        expect(stdout).toContain(shows);
      }
      expect(text.stdout).not.toContain('\u001b[');
      expect(() => text.json()).toThrow();
      expect(typeof json.json()).toBe('object');
      for (const line of lines.stdout.trim().split('\n')) expect(typeof JSON.parse(line)).toBe('object');
    });

    test('a call that needs a person exits 8 with the link; afterwards wait and undo carry it through', async () => {
      const asked = await type(
        'tool',
        'call',
        'prometheus_create_silence',
        `matchers:=[{"name":"e2e","value":"${word}"}]`,
        'duration_minutes:=5',
        'reason=typed',
        '-o',
        'json',
      );
      expect(asked.code).toBe(8);
      const { call_id: callId, approval_id: approvalId, approval_url: approvalUrl } = asked.json();
      expect(asked.stdout + asked.stderr).toContain('/approvals/');
      await approve(await world.owner(), { callId, approvalId, approvalUrl });
      const waited = await type('call', 'wait', callId, '-o', 'json');
      expect([waited.code, waited.json().status]).toEqual([0, 'succeeded']);
      expect((await type('call', 'undo', callId)).code).toBe(0);
      expect(await silencesOf(callId)).toEqual([expect.objectContaining({ status: { state: 'expired' } })]);
    });

    test('a key is made to stdout alone, works, and is revoked', async () => {
      const made = await type('key', 'create', '--name', unique('typed'));
      expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^devmesh_[\w-]{40,}\n$/) });
      const env = { DEVMESH_URL: world.platform.restUrl, DEVMESH_API_KEY: made.stdout.trim() };
      expect((await devmesh(['context', 'list'], env)).code).toBe(0);
      const keyId = /key_\w+/.exec(made.stderr)?.[0] ?? '';
      expect((await type('key', 'revoke', keyId)).code).toBe(0);
      await until(async () => (await devmesh(['context', 'list'], env)).code === 4, { what: 'the key opens nothing' });
    });

    test('what goes wrong says so with its own exit code and a next step', async () => {
      const answers = await Promise.all([
        type('tool', 'call', 'prometheus_query', 'query=sum('),
        type('context', 'get', 'nothing-here'),
        type('tool', 'cal'),
        devmesh(['tool', 'list'], { DEVMESH_URL: world.platform.restUrl }),
        devmesh(['tool', 'list'], { DEVMESH_URL: 'http://127.0.0.1:9', DEVMESH_API_KEY: world.platform.apiKey }),
      ]);
      expect(answers.map(({ code }) => code)).toEqual([1, 1, 2, 4, 1]);
      for (const { stderr } of answers) expect(stderr).toMatch(/\S/);
      for (const { stdout, stderr } of answers) expect(stdout + stderr).not.toMatch(/\n\s+at /);
    });
  });
}
