import { join } from 'node:path';
import { askOnce } from '../ask-once.ts';
import type { Place, ServerKind } from '../server-kind.ts';

export const valkey: ServerKind = {
  suite: 'trixie',
  endSignal: 'SIGTERM',
  plan: (place, { config = '' }) => ({
    program: join(place.programs, 'usr/bin/valkey-server'),
    args: [join(place.dir, 'valkey.conf')],
    cwd: place.dir,
    files: { 'valkey.conf': settings(place) + config },
    url: `redis://127.0.0.1:${place.port}`,
  }),
  version: async (url) => {
    const { username, password } = new URL(url);
    const login = [username, password].filter(Boolean).map(decodeURIComponent).map(quoted);
    const question = `${login.length > 0 ? `AUTH ${login.join(' ')}\r\n` : ''}INFO server\r\n`;
    const info = await askOnce(new URL(url), 6379, question, /(redis_version:[^]*?\r\n)process_id:/);
    const [, product, number] = /(valkey)_version:(\S+)/.exec(info) ?? /(redis)_version:(\S+)/.exec(info) ?? [];
    return `${product} ${number}`;
  },
};

// Every write is in the append-only file before its answer leaves, so a killed server comes back with all of them.
function settings({ dir, port }: Place): string {
  return `bind 127.0.0.1
port ${port}
dir "${dir}"
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
`;
}

function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}
