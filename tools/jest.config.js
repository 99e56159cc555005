import { project } from './jest/preset.js';

export default project(import.meta.dirname, { sources: '.' });
