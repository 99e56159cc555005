import type { Prepared, ToolDescriptor, WireConnection } from '@devmesh/contracts';

/** What a call touches, as policy sees it: the connection's environment, the tool's targets, and what `prepare` found; the later wins. */
export function resourceOf(
  tool: Pick<ToolDescriptor, 'targets'>,
  input: Record<string, unknown>,
  connection: Pick<WireConnection, 'environment'> | undefined,
  prepared: Prepared | undefined,
): Record<string, string> {
  const targets: Record<string, string> = {};
  for (const [name, pointer] of Object.entries(tool.targets)) {
    const value = at(input, pointer);
    if (typeof value === 'string' || typeof value === 'number') targets[name] = String(value);
  }
  return { ...(connection && { environment: connection.environment }), ...targets, ...prepared?.resource };
}

// RFC 6901, for reading.
function at(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return current;
}
