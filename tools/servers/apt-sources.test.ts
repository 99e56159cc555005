import { expect, test } from '@jest/globals';
import { debianMirror } from './apt-sources.ts';

test('the mirror is found in deb822 sources, behind comments and beside the security archive', () => {
  const sources = [
    'Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n',
    'Types: deb\n# http://mirror.example/archive/debian/20250520T000000Z\nURIs: http://mirror.example/debian\nSuites: bookworm\n',
  ];
  expect(debianMirror(sources)).toBe('http://mirror.example/debian');
});

test('the mirror is found in one-line sources, with options and a closing slash', () => {
  const source =
    '# deb http://old.example/debian bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main\n';
  expect(debianMirror([source])).toBe('https://mirror.example/debian');
});

test.each(['mirror+file:///etc/apt/mirrors/debian.list', 'http://mirror.example/archive/debian/20250520T000000Z'])(
  'a mirror list and a frozen archive are mirrors too: %s',
  (uri) => expect(debianMirror([`Types: deb\nURIs: ${uri}/\n`])).toBe(uri),
);

test('no Debian archive is taken from a machine that has none', () => {
  const ubuntu = 'Types: deb\nURIs: http://mirror.example/ubuntu http://vendor.example/debian-tools\nSuites: noble\n';
  expect(debianMirror([ubuntu, 'deb-src http://mirror.example/debian trixie main\n'])).toBeUndefined();
});
