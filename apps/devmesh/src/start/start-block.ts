import type { FirstAccess } from './first-access.ts';

export interface StartFacts {
  restUrl: string;
  mcpUrl: string;
  publicUrl: string;
  metricsUrl: string | undefined;
  folder: string;
  access: FirstAccess;
  /** Names of the systems that have a connection here. */
  systems: readonly string[];
  readyMs: number;
}

/** What one sees when it is up: where everything is, how to get in, what to type next. */
export function startBlock(facts: StartFacts): string {
  const { access } = facts;
  const rows: [string, string | undefined][] = [
    ['Approvals', `${facts.publicUrl}/approvals`],
    ['REST', `${facts.restUrl}/api/v1`],
    ['MCP', facts.mcpUrl],
    ['Docs', `${facts.restUrl}/docs`],
    ['Metrics', facts.metricsUrl],
    ['Data', facts.folder],
    [
      'Systems',
      facts.systems.length === 0 ? 'none yet (set PROMETHEUS_URL, or add a connection)' : facts.systems.join(', '),
    ],
    [
      'Organisation',
      `${access.organization.name} (${access.organization.slug}), since ${access.organization.createdAt.slice(0, 10)}`,
    ],
    ['API key', access.apiKey === undefined ? undefined : `${access.apiKey}   (shown only now)`],
    [
      'Sign in',
      access.signInUrl === undefined
        ? `${facts.publicUrl}/login as ${access.owner}`
        : `${access.signInUrl}   (once, within 15 minutes)`,
    ],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(13)}${value}`]));
  return `\nDevMesh is ready (${(facts.readyMs / 1000).toFixed(1)} s).\n\n${lines.join('\n')}\n\n${nextSteps(facts)}\n`;
}

function nextSteps({ mcpUrl, restUrl, access }: StartFacts): string {
  const key = access.apiKey ?? '<key>';
  return [
    '  Your MCP client:',
    `    claude mcp add --transport http devmesh ${mcpUrl} --header "Authorization: Bearer ${key}"`,
    '  Or try:',
    `    curl -H "Authorization: Bearer ${key}" ${restUrl}/api/v1/tools`,
    '  Ctrl-C stops it; the data stays.',
  ].join('\n');
}

/** The same facts as one JSON line, for whoever has no terminal; the secrets are in the named file. */
export function startLine(facts: StartFacts, accessFile: string | undefined): string {
  const { organization, owner } = facts.access;
  return JSON.stringify({
    event: 'ready',
    rest_url: `${facts.restUrl}/api/v1`,
    mcp_url: facts.mcpUrl,
    docs_url: `${facts.restUrl}/docs`,
    approvals_url: `${facts.publicUrl}/approvals`,
    ...(facts.metricsUrl !== undefined && { metrics_url: facts.metricsUrl }),
    data_dir: facts.folder,
    organization: organization.slug,
    owner,
    systems: facts.systems,
    ready_ms: Math.round(facts.readyMs),
    ...(accessFile !== undefined && { first_access_file: accessFile }),
  });
}
