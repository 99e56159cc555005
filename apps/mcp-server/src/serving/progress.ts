import type { Progress } from '@devmesh/bus';
import type { ServerContext } from '@modelcontextprotocol/server';

/** Passes a call's progress on, where the caller asked for it; what would go backwards is left out. */
export function progressTo({ mcpReq }: ServerContext): ((progress: Progress) => void) | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = -Infinity;
  return ({ progress, total, message }) => {
    if (progress <= last) return;
    last = progress;
    const params = {
      progressToken,
      progress,
      ...(total !== undefined && { total }),
      ...(message !== undefined && { message }),
    };
    // A client that has gone no longer hears of progress; the call itself learns of it by its signal.
    void mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}
