const SUGGESTIONS: Readonly<Record<string, string>> = {
  invalid_input: 'Correct what is named; the same command with --help shows what it takes.',
  unauthenticated: 'Give a valid key: --api-key-file <file>, or DEVMESH_API_KEY in the environment.',
  forbidden: 'Use a key that may do this; `devmesh key create --help` shows how one is made.',
  rate_limited: 'Wait a little and try again.',
  timeout: 'Try again, or allow more time with --timeout <seconds>.',
  unavailable: 'See what is down: devmesh status',
};

/** Which command shows what lies under an address of the API. */
const COMMANDS: Readonly<Record<string, { list: string; one?: string }>> = {
  calls: { list: 'devmesh call list', one: 'devmesh call show' },
  contexts: { list: 'devmesh context list', one: 'devmesh context get' },
  connections: { list: 'devmesh connection list', one: 'devmesh connection show' },
  'api-keys': { list: 'devmesh key list' },
  tools: { list: 'devmesh tool list', one: 'devmesh tool describe' },
};

/** Where the server gave no next step: one that fits the code, and what was asked for. `path` is the address within the API. */
export function suggestionFor(code: string, path = ''): string {
  const [, kind = '', id] = /\/api\/v1\/([^/]+)(?:\/([^/]+))?/.exec(path) ?? [];
  const commands = COMMANDS[kind];
  if (code === 'not_found' && commands) return `See what there is: ${commands.list}`;
  if (code === 'conflict' && commands)
    return `See how it is now: ${commands.one === undefined || id === undefined ? commands.list : `${commands.one} ${decodeURIComponent(id)}`}`;
  return SUGGESTIONS[code] ?? 'Try again; the request id finds the line in the log of the server.';
}
