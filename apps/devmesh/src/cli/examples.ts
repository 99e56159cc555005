import type { Command } from 'commander';

export type Example = readonly [command: string, what: string];

/** Shown under the help of a command: what to type, and what comes of it. */
export function addExamples(command: Command, examples: readonly Example[]): void {
  const width = Math.min(62, Math.max(...examples.map(([line]) => line.length)));
  const lines = examples.map(([line, what]) =>
    line.length > width ? `  ${line}\n  ${' '.repeat(width)}  # ${what}` : `  ${line.padEnd(width)}  # ${what}`,
  );
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
