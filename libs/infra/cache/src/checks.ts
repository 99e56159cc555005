import { AppError } from '@devmesh/contracts';
import type { BucketSize, LeaseRequest } from './cache.ts';

/** Both forms refuse the same numbers: in Lua a fraction or NaN would not fail, it would count wrong for ever. */
export function checkBucket({ capacity, refillPerMinute, cost = 1 }: BucketSize): void {
  atLeast(1, { capacity, refillPerMinute });
  atLeast(0, { cost });
  if (cost > capacity) throw refuse(`A cost of ${cost} can never be taken from a bucket of ${capacity}.`);
}

export function checkLease({ limit, leaseMs }: Pick<LeaseRequest, 'limit' | 'leaseMs'>): void {
  atLeast(1, { limit, leaseMs });
}

export function checkDuration(durations: Record<string, number>): void {
  atLeast(1, durations);
}

function atLeast(least: number, numbers: Record<string, number>): void {
  for (const name in numbers) {
    const value = numbers[name] ?? NaN;
    if (!Number.isSafeInteger(value) || value < least)
      throw refuse(`${name} must be a whole number ≥ ${least}, not ${value}.`);
  }
}

function refuse(message: string): AppError {
  return new AppError('invalid_input', message);
}
