// Loaded before a process of ours (`--import`), for what only time can do: SIGUSR2 moves its clock on by 25 hours.
const SHIFT_MS = 25 * 3600 * 1000;
const RealDate = Date;
let shiftMs = 0;

process.on('SIGUSR2', () => {
  shiftMs += SHIFT_MS;
});

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + shiftMs] : args, newTarget) as object,
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + shiftMs : (Reflect.get(target, name, receiver) as unknown),
});
