import { expect } from '@jest/globals';
import type { Json } from '../clients/rest.ts';
import { json, startVendor, vector, type Behaviour, type FakeVendor } from '../vendors/fake-vendor.ts';
import { unique, type World } from './world.ts';

/** Vendors that behave as a test says, each with a connection of the first organisation. */
export function vendorsOf(world: World) {
  const vendors: FakeVendor[] = [];

  async function connect(endpoint: string, settings: Json = {}, credential?: Json): Promise<string> {
    const name = unique('fake');
    const { status, body } = await world.api.post('/api/v1/connections', {
      system: 'prometheus',
      name,
      endpoint,
      settings,
      ...(credential !== undefined && { credential }),
    });
    expect({ status, error: body.error }).toEqual({ status: 201 });
    return name;
  }

  return {
    connect,
    async that(behave: Behaviour, settings: Json = {}, credential?: Json) {
      const vendor = await startVendor(behave);
      vendors.push(vendor);
      return { vendor, name: await connect(vendor.url, settings, credential) };
    },
    close: () => Promise.all(vendors.splice(0).map((vendor) => vendor.close())),
  };
}

/** Never answers. */
export const hang: Behaviour = () => {};

/** A thousand series, 5 MB together, one of them with a needle. */
export const talkative: Behaviour = (_seen, response) => {
  const series = Array.from({ length: 1_000 }, (_, n) => ({
    metric: { __name__: 'big', n: String(n), note: `${n === 707 ? 'needle' : 'hay'}${'x'.repeat(5_000)}` },
    value: String(n),
  }));
  json(response, vector(series));
};
