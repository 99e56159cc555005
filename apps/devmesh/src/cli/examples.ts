import type { Command } from 'commander';

export type Example = readonly [command: string, what: string];

/** Beside its command while that is short enough, else above it. */
const LONGEST_ON_ONE_LINE = 58;

/** Shown under the help of a command: what to type, and what comes of it. */
export function addExamples(command: Command, examples: readonly Example[]): void {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = ([line, what]: Example) => `  ${line.padEnd(width)}  # ${what}`;
  const above = ([line, what]: Example) => `  # ${what}\n  ${line}`;
  command.addHelpText(
    'after',
    `\nExamples:\n${examples.map(width <= LONGEST_ON_ONE_LINE ? beside : above).join('\n')}`,
  );
}
