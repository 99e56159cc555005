// Written in the oldest JavaScript on purpose: whatever Node reads this must get as far as the message.
var wanted = [24, 9];
var version = process.versions.node;
var parts = version.split('.').map(Number);
var quiet = process.argv.indexOf('--quiet') !== -1;

if (parts[0] < wanted[0] || (parts[0] === wanted[0] && parts[1] < wanted[1])) {
  console.error(
    'DevMesh needs Node ' +
      wanted.join('.') +
      ' or newer, and this is ' +
      version +
      '. ' +
      'The repository brings its own for most machines: run `npm ci` without --omit=optional, and start things with `npm run` or `npx`.',
  );
  process.exit(1);
}
if (!quiet)
  console.log('DevMesh runs its scripts on Node ' + version + ' (' + process.platform + ' ' + process.arch + ').');
