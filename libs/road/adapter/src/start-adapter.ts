import { connectNatsBus } from '@devmesh/bus';
import { startProcess } from '@devmesh/runtime';
import { z } from 'zod';
import type { Adapter } from './define-adapter.ts';
import { serveAdapter, type SystemKey } from './serve-adapter.ts';

/** Version of this app's announcement; the highest one wins while two announce. */
export const APP_VERSION = '0.1.0';

const Jwk = z.record(z.string(), z.unknown());

/** What every adapter process is configured by, beside its own system's names. */
const AdapterSettings = z.object({
  NATS_URL: z.url().describe('The bus.'),
  DEVMESH_ORG: z.string().optional().describe('Slug of the one organisation that the connections of this environment belong to.'),
  ADAPTER_PRIVATE_JWK: z
    .string()
    .transform((text, context) => parsedJwk(text) ?? context.addIssue({ code: 'custom', message: 'must be a private key as a JWK: make one with `devmesh adapter-key`' }) ?? z.NEVER)
    .describe('Private key (JWK) that opens the credentials of this system; keep it over restarts.'),
  ADAPTER_CONCURRENCY: z.coerce.number().int().min(1).default(50).describe('Calls in flight at once; the rest waits its turn.'),
});

/** A whole adapter process: configuration, bus, health, graceful stop. */
export async function startAdapter<Clients extends object>(adapter: Adapter<Clients>): Promise<void> {
  const schema = z.object({ ...AdapterSettings.shape, ...adapter.config.shape });
  await startProcess({
    service: `adapter-${adapter.name}`,
    schema,
    async start({ config, logger, metrics, health, lifecycle, clock }) {
      const settings = AdapterSettings.omit({ ADAPTER_PRIVATE_JWK: true }).parse(config);
      const privateJwk = Jwk.parse(config['ADAPTER_PRIVATE_JWK']);
      const bus = await connectNatsBus({ url: settings.NATS_URL, name: `adapter-${adapter.name}`, logger, metrics });
      lifecycle.onStop('bus', () => bus.close());
      health.add('nats', () => ({ ...bus.state(), critical: true }));
      const stop = await serveAdapter(adapter, {
        bus,
        systemKey: { privateJwk, publicJwk: publicPart(privateJwk) },
        config: adapter.config.parse(config),
        organizationSlug: settings.DEVMESH_ORG ?? '',
        appVersion: APP_VERSION,
        logger,
        clock,
        concurrency: settings.ADAPTER_CONCURRENCY,
      });
      lifecycle.onStop('calls', stop);
      logger.info('ready', { system: adapter.name, tools: adapter.tools.length });
    },
  });
}

function parsedJwk(text: string): SystemKey['privateJwk'] | undefined {
  try {
    const jwk = Jwk.parse(JSON.parse(text));
    return typeof jwk['d'] === 'string' ? jwk : undefined;
  } catch {
    return undefined;
  }
}

// `d` is the private half of an elliptic curve key.
function publicPart({ d: _secret, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}
