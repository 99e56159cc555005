export { prometheus } from './adapter.ts';
