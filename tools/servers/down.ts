import { rmSync } from 'node:fs';
import { end, isAlive } from './process.ts';
import { isRunning, readRecord, recordNames, removeRecord, type ServerRecord } from './record.ts';

/**
 * Ends every server started from this folder, private instances too, and throws their data away. Programs stay, and
 * the shared servers' records, so that they come back on the same ports. Answers the names of those that ran.
 * The caller holds the lock.
 */
export async function down(serversDir: string): Promise<string[]> {
  const known = recordNames(serversDir).flatMap((name) => {
    const record = readRecord(serversDir, name);
    return record ? [{ name, record, ran: isRunning(record) }] : [];
  });
  await Promise.all(known.map(({ name, record }) => remove(serversDir, name, record)));
  return known.filter(({ ran }) => ran).map(({ name }) => name);
}

/** Ends the private instances whose owner died without stopping them. */
export async function removeAbandoned(serversDir: string): Promise<void> {
  for (const name of recordNames(serversDir)) {
    const record = readRecord(serversDir, name);
    if (record?.owner && !isAlive(record.owner)) await remove(serversDir, name, record);
  }
}

export async function remove(serversDir: string, name: string, record: ServerRecord): Promise<void> {
  await end(record.process, record.endSignal);
  rmSync(record.dir, { recursive: true, force: true });
  if (record.owner) removeRecord(serversDir, name);
}
