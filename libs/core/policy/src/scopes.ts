import type { Effect } from '@devmesh/contracts';

/** Whether one of `scopes` covers `effect` on `system`: `write` covers every system, `kubernetes:write` that one; `write` does not imply `read`. */
export function scopesCover(scopes: readonly string[], system: string, effect: Effect): boolean {
  const needed = effect === 'read' ? 'read' : 'write';
  // What `devmesh` tools do (undo, verify) takes the road again and is decided there, under the name of the system it touches.
  if (system === 'devmesh') return scopes.some((scope) => scope === needed || scope.endsWith(`:${needed}`));
  return scopes.includes(needed) || scopes.includes(`${system}:${needed}`);
}
