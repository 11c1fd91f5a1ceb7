import { create, type DescMessage, type Message } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { type Cursor, expectEnd, isNull, malformed, type Problem, peek, startCursor } from '../cursor.ts';
import type { Source } from '../decode-text.ts';
import type { Parts } from '../parts.ts';
import { readMembers } from '../scanner.ts';
import { skipParts } from '../skip-value.ts';
import { clearMember, type Members, memberReaders, readMember } from './message.ts';
import { passUnknown } from './unknown-members.ts';

/** A body as read. `present` has the names of its known members, `nulls` the names of known members that were null. */
export type Body = {
  message: Message & Members;
  present: Set<string>;
  nulls: Set<string>;
  wrapped: boolean;
  problems: readonly Problem[];
};

/**
 * The rules for reading a body. `strictly` is set for a strict reading, and has the names of the path's parameters,
 * which the body may not have.
 */
type BodyRules = { wrapper: string | undefined; strictly: { pathNames: ReadonlySet<string> } | undefined };

/** Reads the members of a body object; an absent body is an empty object. */
export function* readBody(desc: DescMessage, { text, bytes }: Source, { wrapper, strictly }: BodyRules): Parts<Body> {
  const cursor = startCursor(text, bytes, strictly !== undefined);
  const bare = emptyBody(desc, cursor);
  if (Number.isNaN(peek(cursor))) return bare;
  if (peek(cursor) !== 0x7b) throw yield* notAnObject(cursor);
  let wrapped: Body | undefined;
  yield* readMembers(cursor, 'strings', (key, keyAt) => {
    if (key === wrapper) {
      const isObject = cursor.text.charCodeAt(cursor.at) === 0x7b;
      // If the wrapper's key is repeated, the last wrapper is used, so each wrapper starts empty.
      wrapped = isObject ? emptyBody(desc, cursor) : undefined;
      if (wrapped !== undefined) {
        const target = wrapped;
        return readMembers(cursor, 'strings', (name, nameAt) => readOne(target, name, nameAt));
      }
    }
    return readOne(bare, key, keyAt);
  });
  expectEnd(cursor);
  return wrapped === undefined ? bare : merge(bare, wrapped, desc);

  function readOne(body: Body, name: string, at: number): Parts<void> | undefined {
    const isKnown = memberReaders(desc).has(name) && strictly?.pathNames.has(name) !== true;
    return isKnown ? readKnown(cursor, body, name, desc) : passUnknown(cursor, name, at, knownNames);
  }

  function knownNames(): string[] {
    const names = [...memberReaders(desc).keys()].filter((name) => strictly?.pathNames.has(name) !== true);
    return wrapper === undefined ? names : [...names, wrapper];
  }
}

function emptyBody(desc: DescMessage, cursor: Cursor): Body {
  const message = create(desc) as Message & Members; // the message's members are set by the names in its descriptor
  return { message, present: new Set(), nulls: new Set(), wrapped: false, problems: cursor.problems };
}

function readKnown(cursor: Cursor, body: Body, name: string, desc: DescMessage): Parts<void> | undefined {
  const member = memberReaders(desc).get(name);
  if (member === undefined) return skipParts(cursor, 'strings');
  body.present.add(name);
  if (isNull(cursor)) body.nulls.add(name);
  else body.nulls.delete(name);
  return readMember(cursor, body.message, member, desc);
}

/**
 * Merges the members of a wrapper with the members next to it. A member next to the wrapper is used only if the wrapper
 * has no member of that name.
 */
function merge(bare: Body, wrapped: Body, desc: DescMessage): Body {
  const { message, present, nulls } = bare;
  for (const name of wrapped.present) {
    const field = memberReaders(desc).get(name)?.field;
    if (field === undefined) continue;
    clearMember(message, field, desc);
    const localName = field.oneof === undefined ? field.localName : field.oneof.localName;
    if (!wrapped.nulls.has(name)) message[localName] = wrapped.message[localName];
    present.add(name);
    if (wrapped.nulls.has(name)) nulls.add(name);
    else nulls.delete(name);
  }
  return { ...bare, wrapped: true };
}

function* notAnObject(cursor: Cursor): Parts<DomainError> {
  const start = cursor.at;
  yield* skipParts(cursor, 'syntax');
  expectEnd(cursor);
  cursor.at = start;
  if (start >= cursor.text.length) return malformed(cursor);
  return new DomainError('malformed', 'malformed_json', 'The body must be a JSON object');
}
