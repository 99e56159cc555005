import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { signIn, type Browser } from '../clients/browser.ts';
import { rest, type Json, type Rest } from '../clients/rest.ts';
import { PASSWORD } from '../platform/owner.ts';
import { startPlatform, type Form, type Platform, type PlatformOptions } from '../platform/platform.ts';

/** One organisation with its owner. */
export interface Tenant {
  apiKey: string;
  slug: string;
  owner: { email: string; password: string };
  api: Rest;
}

/** What a journey stands in: one platform for all tests of a file. */
export interface World {
  readonly form: Form;
  readonly platform: Platform;
  /** REST with the owner's first key. */
  readonly api: Rest;
  /** Somebody signed in as the owner, in a session of their own. */
  owner(): Promise<Browser>;
  /** One more organisation. */
  register(): Promise<Tenant>;
  /** One more key of the first organisation. */
  makeKey(grant?: Json): Promise<{ id: string; key: string; api: Rest }>;
}

const START_MS = 120_000;
/** Clients that knock many times in a row are not what these tests are about. */
const ROOMY = { RATE_LIMIT_CAPACITY: '1000000', RATE_LIMIT_PER_MINUTE: '1000000', CONCURRENT_CALLS: '100' };

/** Starts the platform before the tests of the enclosing block, and ends it after them, whatever happened. */
export function useWorld(form: Form, { env = {}, ...options }: PlatformOptions = {}): World {
  let started: Platform | undefined;
  const platform = (): Platform => {
    if (!started) throw new Error('the platform has not been started');
    return started;
  };

  beforeAll(async () => {
    started = await startPlatform(form, { ...options, env: { ...ROOMY, ...env } });
  }, START_MS);
  afterAll(async () => {
    keepLogs(started);
    await started?.stop();
  }, START_MS);

  return {
    form,
    get platform() {
      return platform();
    },
    get api() {
      return rest(platform().restUrl, platform().apiKey);
    },
    owner: () => signIn(platform().restUrl, platform().owner),
    register: () => register(platform().restUrl),
    async makeKey(grant = {}) {
      const { body, status } = await rest(platform().restUrl, platform().apiKey).post('/api/v1/api-keys', {
        name: unique('key'),
        ...grant,
      });
      if (status !== 201) throw new Error(`no key was made: ${JSON.stringify(body)}`);
      return { id: body.id, key: body.api_key, api: rest(platform().restUrl, body.api_key) };
    },
  };
}

async function register(restUrl: string): Promise<Tenant> {
  const slug = unique('team');
  const owner = { email: `owner@${slug}.test`, password: PASSWORD };
  const { status, body } = await rest(restUrl).post('/api/v1/auth/register/organization', registration(slug));
  if (status !== 201) throw new Error(`registration answered ${String(status)}: ${JSON.stringify(body)}`);
  return { apiKey: body.api_key, slug, owner, api: rest(restUrl, body.api_key) };
}

/** The documented body of a registration. */
export function registration(slug: string) {
  return {
    organization_name: `Team ${slug}`,
    organization_slug: slug,
    admin_email: `owner@${slug}.test`,
    admin_name: 'Admin User',
    admin_password: PASSWORD,
  };
}

/** A name that nothing else has. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`;
}

// `E2E_LOGS=<folder>`: what every process said, for finding out.
function keepLogs(platform: Platform | undefined): void {
  const folder = process.env['E2E_LOGS'];
  if (folder !== undefined && platform) appendFileSync(join(folder, `${platform.form}.log`), platform.logs());
}
