import { createHash } from 'node:crypto';
import { UNITS_PER_TOKEN } from './bucket.ts';

export interface Script {
  lua: string;
  /** By which the server knows it once it has run. */
  sha: string;
}

// The server's clock, whatever the clocks of the replicas say. In ms, as a whole number.
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * KEYS bucket · ARGV capacity, refillPerMinute, cost → allowed, remaining, resetMs, retryAfterMs.
 * The same arithmetic as `takeFrom`; '%d' because Lua would write a large number as 1.8e+08.
 */
export const takeScript = script(`${NOW}
local full = ARGV[1] * ${UNITS_PER_TOKEN}
local refill = tonumber(ARGV[2])
local wanted = ARGV[3] * ${UNITS_PER_TOKEN}
local units, at = full, now
local kept = redis.call('GET', KEYS[1])
if kept then
  local keptUnits, keptAt = string.match(kept, '^(%d+) (%d+)$')
  at = math.max(now, tonumber(keptAt))
  units = math.min(full, keptUnits + math.max(0, now - keptAt) * refill)
end
local allowed = units >= wanted
if allowed then units = units - wanted end
local resetMs = math.ceil((full - units) / refill)
if resetMs > 0 then
  redis.call('SET', KEYS[1], string.format('%d %d', units, at), 'PX', string.format('%d', at - now + resetMs))
end
local retryAfterMs = 0
if not allowed then retryAfterMs = math.ceil((wanted - units) / refill) end
return { allowed and 1 or 0, math.floor(units / ${UNITS_PER_TOKEN}), resetMs, retryAfterMs }`);

// A sorted set of holders by the end of their lease; the key lives as long as the longest of them.
const LIVING = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)`;
const KEEP = `
local function keep(holder, leaseMs)
  redis.call('ZADD', KEYS[1], now + leaseMs, holder)
  redis.call('PEXPIRE', KEYS[1], math.max(tonumber(leaseMs), redis.call('PTTL', KEYS[1])))
end`;

/** KEYS leases · ARGV holder, leaseMs, limit → 1 or 0. */
export const acquireScript = script(`${LIVING}${KEEP}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
keep(ARGV[1], ARGV[2])
return 1`);

/** KEYS leases · ARGV holder, leaseMs → 1, or 0 when the lease had ended. */
export const renewScript = script(`${LIVING}${KEEP}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
keep(ARGV[1], ARGV[2])
return 1`);

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
