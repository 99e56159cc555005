import { expect, test } from '@jest/globals';
import { absentOptionals, namedRegistries } from './absent.ts';

const binaries = { '@x/linux': '1.0.0', '@x/win32': '1.0.0' };

test('a platform binary that the lockfile lacks is named, with the package that wants it', () => {
  const packages = { 'node_modules/x': { optionalDependencies: binaries }, 'node_modules/@x/linux': {} };
  expect(absentOptionals({ packages })).toEqual(['node_modules/x names @x/win32, which is not in the lockfile']);
});

test('a binary counts where Node would find it: beside, nested or at the root', () => {
  const packages = {
    'node_modules/a/node_modules/x': { optionalDependencies: binaries },
    'node_modules/a/node_modules/x/node_modules/@x/linux': {},
    'node_modules/@x/win32': {},
  };
  expect(absentOptionals({ packages })).toEqual([]);
});

test("a binary nested under somebody else's package does not count", () => {
  const packages = { 'tools/x': { optionalDependencies: { y: '1' } }, 'node_modules/a/node_modules/y': {} };
  expect(absentOptionals({ packages })).toHaveLength(1);
});

test('a package that says which registry it came from is named', () => {
  const packages = {
    'node_modules/x': { resolved: 'https://registry.example/x.tgz' },
    'node_modules/y': { resolved: 'libs/y', link: true },
  };
  expect(namedRegistries({ packages })).toEqual([expect.stringContaining('node_modules/x says where')]);
});
