import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Opens a connection to `url`, sends `text`, and answers what `pattern` captures in the reply. */
export function askOnce(url: URL, defaultPort: number, text: string, pattern: RegExp): Promise<string> {
  const where = { host: url.hostname, port: Number(url.port || defaultPort), timeout: 2000 };
  const socket: Socket = /^(rediss|tls):$/.test(url.protocol) ? connectTls(where) : connect(where);
  return new Promise<string>((resolve, reject) => {
    let reply = '';
    socket.once('error', reject);
    socket.once('timeout', () => reject(new Error(`${url.host} answered no more than: ${reply.slice(0, 200)}`)));
    socket.once('close', () => reject(new Error(`${url.host} answered: ${reply.slice(0, 200)}`)));
    socket.setEncoding('utf8').on('data', (part: string) => {
      reply += part;
      const found = pattern.exec(reply)?.[1];
      if (found) resolve(found);
    });
    socket.write(text);
  }).finally(() => socket.destroy());
}
