import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { BodyType } from './define-route.ts';
import { unsupported } from './error-of.ts';
import { readPlain } from './read-plain.ts';

export type BodyReader = (request: Request, response: Response) => Promise<unknown>;

/** Reads and decodes a body of at most `limitBytes` (counted after decompression). An absent one is `{}`, an empty raw one has no bytes. */
export function bodyReader(type: BodyType, limitBytes: number): BodyReader {
  const parse = PARSERS[type](limitBytes);
  return async (request, response) => {
    if (!hasBody(request)) return type === 'raw' ? Buffer.alloc(0) : {};
    assertType(request, type);
    // The usual body, read without the detours that compression and old charsets need: a tenth of the whole request.
    if (type === 'json' && isPlain(request)) return parseJson(await readPlain(request, limitBytes));
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(error as Error);
      });
    });
    return request.body as unknown;
  };
}

const any = () => true;
const PARSERS: Readonly<Record<BodyType, (limit: number) => RequestHandler>> = {
  json: (limit) => express.json({ limit, type: any, strict: false }),
  form: (limit) => express.urlencoded({ limit, type: any, extended: false, parameterLimit: 200 }),
  raw: (limit) => express.raw({ limit, type: any }),
};

function isPlain({ headers }: Request): boolean {
  const charset = /charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  return headers['content-encoding'] === undefined && (charset === undefined || /^utf-?8$/i.test(charset));
}

function parseJson(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    throw Object.assign(new Error((error as Error).message), { type: 'entity.parse.failed' });
  }
}

function hasBody({ headers }: Request): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    (headers['content-length'] !== undefined && headers['content-length'] !== '0')
  );
}

// A form of another site can send text/plain and form types without asking first: JSON must be called JSON.
function assertType({ headers }: Request, type: BodyType): void {
  const given = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'raw' || FITS[type].test(given)) return;
  const wanted = type === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  throw unsupported(
    `The body must be ${wanted}${given === '' ? '' : `, not ${given.slice(0, 80)}`}.`,
    `Send the header \`Content-Type: ${wanted}\`.`,
  );
}

const FITS: Readonly<Record<'json' | 'form', RegExp>> = {
  json: /^(?:application|text)\/(?:[\w.+-]+\+)?json$/,
  form: /^application\/x-www-form-urlencoded$/,
};
