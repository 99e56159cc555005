import type { ToolDescriptor } from '@devmesh/contracts';

/** The questions that people ask first: at most 40 tools and 8,000 tokens. Default of new keys. */
export const OBSERVE: readonly string[] = [
  'prometheus.query',
  'prometheus.query_range',
  'prometheus.list_metrics',
  'prometheus.list_targets',
  'prometheus.firing_alerts',
  'prometheus.service_overview',
  'prometheus.list_silences',
  'memory_search',
  'contexts_create',
  'contexts_get',
  'contexts_update',
  'contexts_append',
  'contexts_list',
  'evidence_read',
  'wait_for_call',
  'status',
];

const DEVMESH = ['undo_call', 'verify_call', 'contexts_delete'];

/** `observe` and what stops the bleeding. */
const INCIDENT: readonly string[] = [...OBSERVE, ...DEVMESH, 'prometheus.create_silence', 'prometheus.expire_silence'];

const NAMED: Readonly<Record<string, readonly string[]>> = { observe: OBSERVE, incident: INCIDENT };

/** Names that a toolset list may hold beside systems. */
export const TOOLSET_NAMES: readonly string[] = ['all', ...Object.keys(NAMED)];

/** Where a tool stands in lists: the questions that people ask first, then the rest. */
export function rankOf(name: string): number {
  const at = OBSERVE.indexOf(name);
  return at === -1 ? OBSERVE.length : at;
}

/** Says of each tool whether a comma-separated list of toolsets and systems holds it. */
export function toolsetFilter(list: string): (tool: Pick<ToolDescriptor, 'name' | 'system'>) => boolean {
  const names = new Set(splitToolsets(list));
  if (names.has('all')) return () => true;
  const tools = new Set([...names].flatMap((name) => NAMED[name] ?? []));
  return (tool) => tools.has(tool.name) || names.has(tool.system);
}

/** Names in the list that are neither a toolset nor one of `systems`. */
export function unknownToolsets(list: string, systems: Iterable<string>): string[] {
  const known = new Set([...TOOLSET_NAMES, ...systems]);
  return splitToolsets(list).filter((name) => !known.has(name));
}

function splitToolsets(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
