import { connectNatsBus } from '@devmesh/bus';
import { ConfigError, envInteger, startProcess } from '@devmesh/runtime';
import type { Jwk } from '@devmesh/vault';
import { z } from 'zod';
import type { Adapter } from './define-adapter.ts';
import { serveAdapter } from './serve-adapter.ts';

/** Version of this app's announcement; the highest one wins while two announce. */
export const APP_VERSION = '0.1.0';

/** What every adapter process is configured by, beside its own system's names. */
export const AdapterSettings = z.object({
  NATS_URL: z.url({ protocol: /^(nats|tls|wss?)$/ }).describe('NATS; user and password may stand in it.'),
  DEVMESH_ORG: z
    .string()
    .optional()
    .describe('Slug of the one organisation that the connections of this environment belong to.'),
  ADAPTER_PRIVATE_JWK: z
    .string()
    .transform(privateJwkIn)
    .describe('Private key (P-256, JWK) that opens the credentials of this system; keep it over restarts.'),
  ADAPTER_CONCURRENCY: envInteger(1, 10_000).optional().describe('Calls in flight at once; the rest waits its turn.'),
});

/** A whole adapter process: configuration, bus, health, graceful stop. */
export async function startAdapter<Clients extends object>(adapter: Adapter<Clients>): Promise<void> {
  const service = `adapter-${adapter.name}`;
  await startProcess({
    service,
    schema: z.object({ ...AdapterSettings.shape, ...adapter.config.shape }),
    async start({ config: values, logger, metrics, health, lifecycle, clock }) {
      // Both parsed once more, each by itself: together their types would be lost. The key is a key already.
      const {
        NATS_URL,
        DEVMESH_ORG = '',
        ADAPTER_CONCURRENCY,
      } = AdapterSettings.omit({ ADAPTER_PRIVATE_JWK: true }).parse(values);
      const privateJwk = values['ADAPTER_PRIVATE_JWK'] as Jwk;
      const config = adapter.config.parse(values);
      assertOwned(adapter, config, DEVMESH_ORG);

      const bus = await connectNatsBus({ url: NATS_URL, name: service, logger, metrics });
      lifecycle.onStop('bus', () => bus.close());
      health.add('nats', () => ({ ...bus.state(), critical: true }));
      const stop = await serveAdapter(adapter, {
        bus,
        systemKey: { privateJwk, publicJwk: publicPart(privateJwk) },
        config,
        organizationSlug: DEVMESH_ORG,
        appVersion: APP_VERSION,
        logger,
        clock,
        ...(ADAPTER_CONCURRENCY !== undefined && { concurrency: ADAPTER_CONCURRENCY }),
      });
      lifecycle.onStop('calls', stop);
      logger.info('ready', { system: adapter.name, tools: adapter.tools.length });
    },
  });
}

function assertOwned<Clients extends object>(
  adapter: Adapter<Clients>,
  config: Record<string, unknown>,
  slug: string,
): void {
  if (slug !== '' || adapter.environmentConnections(config).length === 0) return;
  const message = `is missing: the ${adapter.title} of this environment must belong to one organisation; give its slug`;
  throw new ConfigError([{ name: 'DEVMESH_ORG', message }]);
}

function privateJwkIn(text: string, context: z.RefinementCtx): Jwk {
  const { success, data } = z
    .looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), d: z.string() })
    .safeParse(jsonOf(text));
  if (success) return data;
  context.addIssue({
    code: 'custom',
    message: 'must be a private key as a JWK: {"kty":"EC","crv":"P-256","x":…,"y":…,"d":…}',
  });
  return z.NEVER;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// `d` is the private half of an elliptic curve key.
function publicPart({ d: _secret, ...rest }: Jwk): Jwk {
  return rest;
}
