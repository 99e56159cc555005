import { serveLocally, type LocalTools, type OwnToolContext } from '@devmesh/adapter';
import type { Evidence } from '@devmesh/calls';
import type { Memory } from '@devmesh/memory';
import type { Logger } from '@devmesh/runtime';
import type { OwnRoad, ReadStatus } from './road.ts';
import { contextsAppend } from './tools/contexts-append.ts';
import { contextsCreate } from './tools/contexts-create.ts';
import { contextsDelete } from './tools/contexts-delete.ts';
import { contextsGet } from './tools/contexts-get.ts';
import { contextsList } from './tools/contexts-list.ts';
import { contextsUpdate } from './tools/contexts-update.ts';
import { evidenceRead } from './tools/evidence-read.ts';
import { memorySearch } from './tools/memory-search.ts';
import { status } from './tools/status.ts';
import { undoCall } from './tools/undo-call.ts';
import { verifyCall } from './tools/verify-call.ts';
import { waitForCall } from './tools/wait-for-call.ts';

export interface OwnToolsParts {
  memory: Memory;
  evidence: Evidence;
  road: OwnRoad;
  readStatus: ReadStatus;
  logger: Logger;
}

/** DevMesh's own tools, by the system that policy sees: `memory`, and `devmesh` for what is about calls. */
export function ownTools({ memory, evidence, road, readStatus }: Omit<OwnToolsParts, 'logger'>) {
  return {
    memory: [
      memorySearch(memory),
      contextsCreate(memory),
      contextsGet(memory),
      contextsUpdate(memory),
      contextsAppend(memory),
      contextsList(memory),
      contextsDelete(memory),
    ],
    devmesh: [evidenceRead(evidence), waitForCall(road), status(readStatus), undoCall(road), verifyCall(road)],
  };
}

/** Serves them inside a door's process. */
export function serveOwnTools({ logger, ...parts }: OwnToolsParts): LocalTools<OwnToolContext> {
  return serveLocally<OwnToolContext>(ownTools(parts), logger);
}
