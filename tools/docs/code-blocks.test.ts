import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { blocksIn, codeBlocks, pages } from './code-blocks.ts';
import { runBlocks } from './run-blocks.ts';

const root = join(import.meta.dirname, '../..');
const SHELL = new Set(['bash', 'sh', 'shell', 'console']);

describe('a page', () => {
  test('says of each block what it is for', () => {
    const page =
      'Text.\n```bash run shows="up to date"\necho it is up to date\n```\n\n  ```json skip=why\n  {…}\n  ```\n';
    expect(blocksIn(page, 'a.md')).toEqual([
      expect.objectContaining({
        language: 'bash',
        line: 3,
        run: true,
        shows: 'up to date',
        text: 'echo it is up to date\n',
      }),
      expect.objectContaining({ language: 'json', run: false, skip: 'why', text: '{…}\n' }),
    ]);
  });

  test('is not run for the word in a reason', () => {
    expect(blocksIn('```bash skip="you run it"\nx\n```\n', 'a.md')).toMatchObject([{ run: false, skip: 'you run it' }]);
  });
});

describe('blocks in one shell', () => {
  const run = (...pieces: string[]) =>
    runBlocks(blocksIn(pieces.map((piece) => `\`\`\`bash ${piece}\n\`\`\`\n`).join('\n'), 'a.md'), {
      folder: root,
      environment: process.env,
      addresses: { 'localhost:8081': 'localhost:9' },
    });

  test('see what those before them have set, and the addresses of the day', () => {
    expect(run('run\nNAME=ada', 'run\necho $NAME at localhost:8081')).toMatchObject([
      { ran: true },
      { ran: true, output: expect.stringContaining('ada at localhost:9') },
    ]);
  });

  test('end at the first that fails, and say what it said', () => {
    expect(run('run\ntrue', 'run\necho why; false', 'run\ntrue')).toMatchObject([
      { ran: true },
      { ran: false, output: expect.stringContaining('why') },
      { ran: false },
    ]);
  });

  test('fail where they should have ended with another code', () => {
    expect(run('run exits=8\n(exit 8)', 'run exits=8\ntrue').map(({ ran }) => ran)).toEqual([true, false]);
  });
});

describe.each(pages(root))('%s', (file) => {
  const blocks = codeBlocks(root, file);

  test('declares of each shell block that it runs, or why it does not', () => {
    const undeclared = blocks.filter(
      ({ language, run, skip }) => SHELL.has(language) && !run && (skip ?? '').length < 10,
    );
    expect(undeclared.map(({ line }) => line)).toEqual([]);
  });

  test('has JSON that parses', () => {
    const bad = blocks.filter(({ language, skip, text }) => language === 'json' && skip === undefined && !parses(text));
    expect(bad.map(({ line }) => line)).toEqual([]);
  });

  test('quotes files as they are', () => {
    const wrong = blocks.filter(
      ({ from, text }) => from !== undefined && !readFileSync(join(root, from), 'utf8').includes(text),
    );
    expect(wrong.map(({ line, from }) => `${String(line)}: ${from ?? ''}`)).toEqual([]);
  });

  test('links to pages and files that are there', () => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? '');
    expect(targets.filter((target) => !existsSync(join(root, dirname(file), target)))).toEqual([]);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
