import type { Principal } from '@devmesh/contracts';
import type { ToolContext } from './tool-context.ts';

/** What DevMesh's own tools get: the whole principal, since what they read is the organisation's. */
export interface OwnToolContext extends ToolContext {
  viewer: Principal;
}
