import type { Command } from 'commander';
import { positiveInteger } from './option-values.ts';

export interface PageOptions {
  limit?: number;
  cursor?: string;
}

/** The options of every list. */
export function withPages(command: Command): Command {
  return command
    .option('--limit <count>', 'how many at most', positiveInteger)
    .option('--cursor <cursor>', 'go on where the page before ended');
}
