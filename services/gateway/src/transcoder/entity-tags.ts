import { createHash, hash } from 'node:crypto';
import { DomainError } from '@drippulse/errors';
import type { Validator } from './validator.ts';

const hashLength = 16;

/**
 * Returns the ETag of a response: the revision of its row, and the hash of its bytes. Therefore equal tags mean equal
 * bytes, and the revision alone shows whether the row was written. The tag is weak if the response can change without a
 * write of the row.
 */
export function entityTag({ revision, isWeak }: Validator, row: unknown, body: string | readonly Uint8Array[]): string {
  // a message, whose members are named by its descriptor
  const members = row as Readonly<Record<string, unknown>> | undefined;
  // A service of the previous version sends no revision, which reads as 0.
  const number = revision === undefined ? undefined : members?.[revision.localName] || undefined;
  const content = hashOf(body).slice(0, hashLength);
  if (number === undefined) return `W/"${content}"`;
  return `${isWeak ? 'W/' : ''}"${String(number)}.${content}"`;
}

function hashOf(body: string | readonly Uint8Array[]): string {
  if (typeof body === 'string') return hash('sha256', body, 'base64url');
  const made = createHash('sha256');
  for (const piece of body) made.update(piece);
  return made.digest('base64url');
}

/**
 * Whether `If-None-Match` names a tag, or is `*`. The comparison is weak (RFC 9110, 13.1.2). A malformed header names
 * no tag, so the client gets the full response.
 */
export function namesTag(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return readTags(ifNoneMatch)?.includes(opaqueOf(tag)) ?? false;
}

/**
 * Returns the revisions that `If-Match` names; undefined for `*`, which any row matches. A tag without a revision
 * matches no row. Unlike in RFC 9110 (13.1.1), weak tags match too: a weak and a strong tag of the same revision name
 * the same stored row, and proxies that compress make tags weak.
 */
export function matchedRevisions(ifMatch: string): string[] | undefined {
  if (ifMatch.trim() === '*') return undefined;
  const tags = readTags(ifMatch);
  if (tags !== undefined) return tags.flatMap((tag) => /^"([1-9]\d{0,18})\./.exec(tag)?.[1] ?? []);
  const message = 'If-Match must be * or a list of entity tags, such as "5.x1Zq".';
  throw new DomainError('malformed', 'invalid_header', message);
}

/** A member of a list of entity tags (RFC 9110, 8.8.3), which may be empty, and the separator after it. */
const listMember = /[ \t]*(?:(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(,|$)/y;

/** Returns the tags of a list without the marks of weak tags; undefined when the list is malformed or empty. */
function readTags(text: string): string[] | undefined {
  const tags: string[] = [];
  listMember.lastIndex = 0;
  for (;;) {
    const found = listMember.exec(text);
    if (found === null) return undefined;
    const [, tag, end] = found;
    if (tag !== undefined) tags.push(tag);
    if (end === '') return tags.length === 0 ? undefined : tags;
  }
}

function opaqueOf(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
