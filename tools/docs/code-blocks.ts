import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a page. What it is for stands behind its language: `bash run`, `bash skip="needs a cluster"`, `ts from=a/b.ts`. */
export interface CodeBlock {
  file: string;
  /** Of its first line of code. */
  line: number;
  language: string;
  /** Runs in CI, in the order of the page, with what earlier blocks have set. */
  run: boolean;
  /** Why it does not. */
  skip: string | undefined;
  /** The file that it is a part of, word for word. */
  from: string | undefined;
  /** What its output must contain. */
  shows: string | undefined;
  /** The exit code of its last command, where that is not 0. */
  exits: number;
  text: string;
}

const FENCE = /^(?<indent> *)(?<ticks>`{3,})(?<info>[^\n`]*)\n(?<text>[\s\S]*?)^\k<indent>\k<ticks>[ \t]*$/gm;

/** Pages whose blocks CI looks at: the README, and all under docs/. */
export function pages(root: string): string[] {
  return globSync(['README.md', 'CONTRIBUTING.md', 'AGENTS.md', 'SECURITY.md', 'docs/**/*.md'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

function rank(path: string): number {
  return path === 'README.md' ? 0 : 1;
}

/** Every fenced block of a page, those inside HTML comments too: that is how a page hides what a reader need not see. */
export function codeBlocks(root: string, file: string): CodeBlock[] {
  return blocksIn(readFileSync(join(root, file), 'utf8'), file);
}

export function blocksIn(markdown: string, file: string): CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map(({ index, groups }) => {
    const { indent = '', info = '', text = '' } = groups ?? {};
    const [language = '', ...rest] = info.trim().split(' ');
    const attributes = rest.join(' ');
    return {
      file,
      line: markdown.slice(0, index).split('\n').length + 1,
      language,
      run: /(^| )run( |$)/.test(attributes.replaceAll(/"[^"]*"/g, '')),
      skip: valueOf(attributes, 'skip'),
      from: valueOf(attributes, 'from'),
      shows: valueOf(attributes, 'shows'),
      exits: Number(valueOf(attributes, 'exits') ?? 0),
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    };
  });
}

function valueOf(attributes: string, name: string): string | undefined {
  const [, quoted, bare] = new RegExp(`(?:^| )${name}=(?:"([^"]*)"|(\\S+))`).exec(attributes) ?? [];
  return quoted ?? bare;
}
