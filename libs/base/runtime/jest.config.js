import { project } from '../../../tools/jest/preset.js';

export default project(import.meta.dirname);
