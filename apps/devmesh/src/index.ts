export type { Io, Screen } from './cli/io.ts';
export { CliSettings } from './cli/settings.ts';
export { createProgram } from './program.ts';
export type { Program } from './program.ts';
export { StartSettings } from './start/settings.ts';
export { startPlatform } from './start/start-platform.ts';
