import { expect, test } from '@jest/globals';
import { redactText } from './redact-text.ts';
import { redact } from './redact.ts';
import { isSecretName } from './secret-names.ts';

// Put together here, so that no scanner takes this file for a leak.
const github = `ghp_${'a1B2'.repeat(9)}`;
const aws = `AKIA${'ABCD1234'.repeat(2)}`;
const slack = `xoxb-${'1234567890'}-abcdefghij`;
const jwt = `eyJ${'hbGciOiJI'}.eyJzdWIiOiIx.${'c2lnbmF0dXJl'}`;
const key = `devmesh_${'Ab3_-'.repeat(9)}`;
const pem = `-----BEGIN ${'RSA '}PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----`;

test.each([
  ['a GitHub token', github],
  ['a fine-grained GitHub token', `github_pat_${'A1b2'.repeat(8)}`],
  ['an AWS access key', aws],
  ['a Slack token', slack],
  ['a JWT', jwt],
  ['a DevMesh key', key],
  ['a JWE', `eyJ${'hbGciOiJk'}..aXY.Y2lwaGVy.dGFn`],
  ['a private key', pem],
  ['a private key that was cut off', pem.slice(0, 40)],
  ['a bearer header', 'Authorization: Bearer abcdef1234567890'],
  ['a basic header', 'authorization: Basic dXNlcjpwYXNzd29yZDE='],
  ['an authorization without a scheme', '"authorization":"s3cr3t-value"'],
  ['credentials in a URL', 'postgres://app:pa55w0rd@db:5432/x'],
  ['a pair', 'connect failed password=hunter2 host=db'],
  ['a query parameter', 'GET /x?access_token=abc123&y=1'],
  ['JSON in a text', '{"api_key":"abc123"}'],
  ['JSON in JSON', '{\\"client_secret\\":\\"abc123\\"}'],
  ['a line of YAML', 'user: app\n  dbPassword: hunter\nport: 1'],
])('hides %s inside a text', (_what, text) => {
  const clean = redactText(`before ${text} after`.replace(/^before (user)/, '$1'));
  expect(clean).toContain('[redacted]');
  for (const secret of [
    github,
    aws,
    slack,
    jwt,
    key,
    'MIIE',
    'abcdef1234567890',
    'dXNlcjpw',
    's3cr3t',
    'pa55w0rd',
    'hunter',
    'abc123',
  ])
    expect(clean).not.toContain(secret);
});

test('keeps what stands around a secret', () => {
  expect(redactText('postgres://app:pa55@db:5432/x')).toBe('postgres://app:[redacted]@db:5432/x');
  expect(redactText(`{"token":"abc","user":"ada"}`)).toBe('{"token":"[redacted]","user":"ada"}');
});

test.each([
  'The token is missing: send one in the Authorization header.',
  'max_tokens=4096 used',
  'next_token=abc123',
  'cursor eyJpZCI6MTIzNDU2Nzg5MH0= goes on',
  'http://prometheus:9090/api?x=a@b',
  'unexpected token: }',
  'bearer authentication is required',
  'a secret: nobody knows',
  'kubernetes.io/service-account-token',
])('leaves an ordinary sentence alone: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

test('hides values by the name of their field, at any depth', () => {
  const value = {
    a: [{ DB_PASSWORD: 'x', apiKey: 'y', headers: { 'X-Api-Key': 'z', Authorization: 'w' }, note: 'n' }],
  };
  expect(redact(value)).toEqual({
    a: [
      {
        DB_PASSWORD: '[redacted]',
        apiKey: '[redacted]',
        headers: { 'X-Api-Key': '[redacted]', Authorization: '[redacted]' },
        note: 'n',
      },
    ],
  });
});

test('hides everything below a credential', () => {
  expect(redact({ credential: { user: 'ada', nested: { key: 'k' }, port: 1, on: true } })).toEqual({
    credential: { user: '[redacted]', nested: { key: '[redacted]' }, port: '[redacted]', on: true },
  });
});

test('hides the data of a Kubernetes Secret, the value of an environment entry and the last applied configuration', () => {
  expect(redact({ kind: 'Secret', metadata: { name: 'db' }, data: { user: 'YWRh' } })).toEqual({
    kind: 'Secret',
    metadata: { name: 'db' },
    data: { user: '[redacted]' },
  });
  expect(
    redact({
      env: [
        { name: 'DB_PASSWORD', value: 'x' },
        { name: 'PORT', value: '1' },
      ],
    }),
  ).toEqual({
    env: [
      { name: 'DB_PASSWORD', value: '[redacted]' },
      { name: 'PORT', value: '1' },
    ],
  });
  expect(redact({ 'kubectl.kubernetes.io/last-applied-configuration': '{"a":1}', b: '1' })).toEqual({
    'kubectl.kubernetes.io/last-applied-configuration': '[redacted]',
    b: '1',
  });
});

test.each([
  'next_token',
  'nextPageToken',
  'max_tokens',
  'total_tokens',
  'continue_token',
  'secretName',
  'key',
  'monkey',
  'public_key',
  'tokenizer',
  'author',
])('knows that %s is no secret', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('mutates nothing and copies nothing without a reason', () => {
  const clean = { list: [{ a: 1 }, 'text'] };
  expect(redact(clean)).toBe(clean);
  const dirty = { keep: clean, password: 'x' };
  const result = redact(dirty);
  expect(dirty.password).toBe('x');
  expect(result.keep).toBe(clean);
});

test('ends on circles and on parts that are shared a thousandfold', () => {
  const circle: Record<string, unknown> = { password: 'x' };
  circle['self'] = circle;
  expect(JSON.stringify(redact(circle))).toBe('{"password":"[redacted]","self":"[circular]"}');
  let tree: unknown = { password: 'x' };
  for (let i = 0; i < 50; i++) tree = [tree, tree];
  redact(tree);
});

test('shows nothing of what lies too deep to be looked at', () => {
  let deep: unknown = { password: 'x', note: github };
  for (let i = 0; i < 100; i++) deep = { deep };
  expect(JSON.stringify(redact(deep))).not.toContain(github);
});

test('makes an error a plain object without its secrets', () => {
  const error = new Error(`failed with ${github}`, { cause: new Error('password=hunter2') });
  const clean = redact({ error }) as unknown as {
    error: { message: string; stack: string; cause: { message: string } };
  };
  expect(clean.error.message).toBe('failed with [redacted]');
  expect(clean.error.stack).not.toContain(github);
  expect(clean.error.cause.message).toBe('password=[redacted]');
});

test('stays linear on text made to be slow', () => {
  const hostile = [
    'eyJ-'.repeat(100_000),
    'password='.repeat(50_000),
    '://a'.repeat(100_000),
    '-----BEGIN PRIVATE KEY-----'.repeat(20_000),
    `${'a'.repeat(300_000)}:`,
    'token:'.repeat(80_000),
    `${' '.repeat(300_000)}password: `,
  ];
  for (const text of hostile) {
    const began = performance.now();
    redactText(text);
    // Quadratic would be minutes.
    expect(performance.now() - began).toBeLessThan(3_000);
  }
});
