import type { Principal, TraceContext } from '@devmesh/contracts';
import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server';

/** Who asks, and by which way in: checked anew for every request, never kept in a session. */
export interface Visit {
  principal: Principal;
  /** Toolsets of the URL; they only narrow. Empty for none. */
  toolsets: string;
  requestId: string;
  trace: TraceContext;
}

/** Where a request's visit is found. Over HTTP it travels with the request, over stdio it belongs to the connection. */
export type VisitOf = (context: Pick<ServerContext, 'http'>) => Visit;

export function authInfoOf(visit: Visit): AuthInfo {
  return { token: '', clientId: visit.principal.id, scopes: visit.principal.scopes, extra: { visit } };
}

export const visitOfRequest: VisitOf = ({ http }) => visitOfAuthInfo(http?.authInfo);

export function visitOfAuthInfo(authInfo: AuthInfo | undefined): Visit {
  const visit = authInfo?.extra?.['visit'];
  if (visit === undefined) throw new Error('a request reached a handler without having been authenticated');
  return visit as Visit;
}
