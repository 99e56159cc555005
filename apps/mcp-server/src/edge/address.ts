/** What an address asks for. */
export type Address = { endpoint: 'mcp'; toolsets: string } | { endpoint: 'conformance' };

/** `/mcp`, `/mcp/t/observe,github`, `/mcp/conformance`; undefined for everything else. */
export function addressOf(url: string | undefined): Address | undefined {
  const path = (url ?? '/').split('?', 1)[0] ?? '/';
  if (path === '/mcp' || path === '/mcp/') return { endpoint: 'mcp', toolsets: '' };
  if (path === '/mcp/conformance') return { endpoint: 'conformance' };
  const toolsets = /^\/mcp\/t\/([^/]{1,500})\/?$/.exec(path)?.[1];
  return toolsets === undefined ? undefined : { endpoint: 'mcp', toolsets: decoded(toolsets) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Half an escape names no toolset; as it stands it is refused as an unknown one.
    return part;
  }
}
