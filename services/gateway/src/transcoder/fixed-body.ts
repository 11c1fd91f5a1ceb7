import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { acceptedEncoding, type Encoding } from './accepted-encoding.ts';
import { compressParts, isCompressible, leastBytes } from './compress.ts';
import { sendBody } from './reply.ts';

/** A body that is sent many times. It is compressed only once for each coding. */
export type FixedBody = { hash: string; form(encoding: Encoding | undefined): Promise<readonly Uint8Array[]> };

export function fixedBody(bytes: Uint8Array, hash = hashOf(bytes)): FixedBody {
  const forms = new Map<Encoding | undefined, Promise<readonly Uint8Array[]>>([[undefined, Promise.resolve([bytes])]]);
  return {
    hash,
    form(encoding) {
      const made =
        forms.get(encoding) ?? (encoding && compressParts([bytes], encoding, 'once')) ?? Promise.resolve([bytes]);
      forms.set(encoding, made);
      made.catch(() => forms.delete(encoding));
      return made;
    },
  };
}

/**
 * Finds the fixed body of a response by the content of the response, because services create equal bytes anew for each
 * response.
 */
export function createFixedBodies(): (bytes: Uint8Array) => FixedBody {
  const known = new LRUCache<string, FixedBody>({ max: 32 });
  return (bytes) => {
    const hash = hashOf(bytes);
    const body = known.get(hash) ?? fixedBody(bytes, hash);
    known.set(hash, body);
    return body;
  };
}

/**
 * Responds with a fixed body in the coding that the client prefers, or with 304 if the client already has the body.
 * Each coding has its own `ETag`, because the tag is strong (RFC 9110, 8.8.3.3).
 */
export async function sendFixed(response: ServerResponse, body: FixedBody, size: number): Promise<void> {
  const isLarge = size > leastBytes && isCompressible(String(response.getHeader('content-type')));
  const encoding = isLarge ? acceptedEncoding(response.req) : undefined;
  const etag = encoding === undefined ? `"${body.hash}"` : `"${body.hash}-${encoding}"`;
  response.setHeader('etag', etag);
  if (isLarge) response.appendHeader('vary', 'accept-encoding');
  if (isKnown(response.req.headers['if-none-match'], etag)) {
    response.statusCode = 304;
    response.removeHeader('content-type');
    response.end();
    return;
  }
  const form = await body.form(encoding);
  if (encoding !== undefined) response.setHeader('content-encoding', encoding);
  await sendBody(response, form);
}

/** Whether `If-None-Match` names a tag. The comparison is weak: `W/` before a tag is ignored. */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
}
