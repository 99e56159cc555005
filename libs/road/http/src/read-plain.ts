import type { IncomingMessage } from 'node:http';
import { tooLarge } from './error-of.ts';

/** The bytes of an uncompressed body. Rejects with 413 above `limitBytes`, without keeping what comes after. */
export function readPlain(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;

    function stop(): void {
      request.off('data', take).off('end', finish).off('error', breakOff).off('close', breakOff);
    }
    function take(chunk: Buffer): void {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= limitBytes) return;
      stop();
      request.resume();
      reject(tooLarge(limitBytes));
    }
    function finish(): void {
      stop();
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes));
    }
    function breakOff(): void {
      stop();
      reject(Object.assign(new Error('request aborted'), { type: 'request.aborted' }));
    }
    request.on('data', take).on('end', finish).on('error', breakOff).on('close', breakOff);
  });
}
