/** Names on the bus. A tool's name is one subject token, so that an adapter may be allowed exactly `v1.call.<system>.*`. */
export const subjects = {
  call: (system: string, tool: string) => `v1.call.${system}.${tool.replaceAll('.', '_')}`,
  callsOf: (system: string) => `v1.call.${system}.*`,
  announce: (system: string) => `v1.catalog.announce.${system}`,
  announceAll: 'v1.catalog.announce.*',
  catalogAsk: 'v1.catalog.ask',
  /** Asks every process to forget what it cached about keys and people. */
  identityChanged: 'v1.identity.changed',
  connectionsChanged: 'v1.connections.changed',
  /** One organisation's events: what SSE streams and waiting calls listen to. */
  events: (organizationId: string) => `v1.event.${organizationId}`,
  eventsAll: 'v1.event.*',
  /** Aborts a call wherever it runs. */
  cancelCall: (callId: string) => `v1.call-cancel.${callId}`,
} as const;
