import { expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import { natsOptions } from './nats-options.ts';

const name = 'worker';

test('several servers may be given, and none of them is ever given up', () => {
  expect(natsOptions({ url: 'nats://one:4222, two:4333', name })).toMatchObject({
    servers: ['one:4222', 'two:4333'],
    name,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
  });
});

test('tls:// asks for TLS', () => {
  expect(natsOptions({ url: 'tls://one:4222', name })).toHaveProperty('tls');
  expect(natsOptions({ url: 'nats://one:4222', name })).not.toHaveProperty('tls');
});

test('a login in the URL is used, and stays out of the address', () => {
  const options = natsOptions({ url: 'nats://me:p%40ss@one:4222', name });
  expect(options).toMatchObject({ servers: ['one:4222'], user: 'me', pass: 'p@ss' });
  expect(natsOptions({ url: 'nats://sesame@one', name })).toMatchObject({ servers: ['one'], token: 'sesame' });
});

test('given credentials go before those in the URL', () => {
  const options = natsOptions({ url: 'nats://me:x@one', name, credentials: { token: 'sesame' } });
  expect(options).toMatchObject({ token: 'sesame' });
  expect(options).not.toHaveProperty('user');
});

test('the text of a creds file becomes a signature', () => {
  expect(natsOptions({ url: 'nats://one', name, credentials: { creds: '' } }).authenticator).toBeInstanceOf(Function);
});

test.each(['', 'http://one', 'nats://'])('%j is refused with the name of the setting and without a secret', (url) => {
  const attempt = () => natsOptions({ url, name });
  expect(attempt).toThrow(AppError);
  expect(attempt).toThrow('The URL of NATS');
});
