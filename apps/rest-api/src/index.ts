export { createRestDoor } from './create-rest-door.ts';
export type { RestDoorOptions } from './create-rest-door.ts';
export { RestSettings } from './settings.ts';
export { VERSION } from './version.ts';
