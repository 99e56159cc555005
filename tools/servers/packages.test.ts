import { expect, test } from '@jest/globals';
import { neededPackages } from './packages.ts';

test('of what apt would install, only what was asked for and its libraries are fetched', () => {
  const simulation = `NOTE: This is only a simulation!
Inst libc6 (2.41-12 Debian:13/stable [amd64]) []
Inst perl-base (5.40 Debian:13/stable [amd64])
Inst libperl5.40 (5.40 Debian:13/stable [amd64])
Inst libjson-perl (4.1 Debian:13/stable [all])
Inst libllvm19 (1:19.1 Debian:13/stable [amd64])
Inst postgresql-common (278 Debian:13/stable [all])
Inst postgresql-17 (17.6-0+deb13u1 Debian:13/stable [amd64])
Conf libc6 (2.41-12 Debian:13/stable [amd64])
`;
  expect(neededPackages(simulation, ['postgresql-17'])).toEqual(['libc6', 'postgresql-17']);
});
