import { BlockList, isIP } from 'node:net';
import { AppError } from '@devmesh/contracts';

/** One place in a connection that holds an address: the endpoint, or a setting such as `alertmanager_url`. */
export interface Address {
  field: string;
  value: string;
}

/** Refuses what is no plain http address; `invalid_input` names the field. */
export function assertAddress({ field, value }: Address, { allowPrivate }: { allowPrivate: boolean }): void {
  const url = URL.parse(value);
  if (!url) throw refused(field, 'is not an address', 'Send it as http://host:port or https://host.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(field, 'must begin with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw refused(field, 'must not carry a user or password', 'Send them as the credential.');
  if (!allowPrivate && isPrivateHost(url.hostname)) {
    throw refused(
      field,
      'points into a private network, which this installation does not allow',
      'Use an address that is reachable from outside.',
    );
  }
}

/** Every address in an endpoint and its settings. */
export function addressesOf(endpoint: string | undefined, settings: Readonly<Record<string, unknown>>): Address[] {
  const fromSettings = Object.entries(settings).flatMap(([key, value]) => addressesIn(`settings.${key}`, value));
  return endpoint === undefined ? fromSettings : [{ field: 'endpoint', value: endpoint }, ...fromSettings];
}

function addressesIn(field: string, value: unknown): Address[] {
  if (typeof value === 'string')
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(value.trim()) ? [{ field, value: value.trim() }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => addressesIn(`${field}.${key}`, inner));
}

/** Literal addresses and `localhost` only: names are resolved by the adapter, which has to look again. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const version = isIP(host);
  return version !== 0 && privateNetworks().check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address inside an IPv6 one is checked by node against the IPv4 networks. */
function privateNetworks(): BlockList {
  const list = new BlockList();
  const v4: [string, number][] = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ];
  const v6: [string, number][] = [
    ['::', 128],
    ['::1', 128],
    ['64:ff9b::', 96],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
  ];
  for (const [network, bits] of v4) list.addSubnet(network, bits, 'ipv4');
  for (const [network, bits] of v6) list.addSubnet(network, bits, 'ipv6');
  return list;
}

function refused(field: string, problem: string, suggestion?: string): AppError {
  return new AppError('invalid_input', `${field}: ${problem}.`, {
    details: { fields: { [field]: problem } },
    suggestion,
  });
}
