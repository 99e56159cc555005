export { ownTools, serveOwnTools } from './own-tools.ts';
export type { OwnToolsParts } from './own-tools.ts';
export type { OwnRoad, ReadStatus, StatusReport } from './road.ts';
