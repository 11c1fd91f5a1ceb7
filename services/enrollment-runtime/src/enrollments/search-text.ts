import { type RawBuilder, sql } from 'kysely';
import type { Contact } from './contact.ts';

/** Longer values are found by their beginning only: an address has at most 254 characters. */
const searchedLength = 254;

/**
 * What `q` looks in, in lower case: each value begins a line, so that a pattern can ask for its beginning. The first name is
 * followed by the last one, which has a line of its own besides.
 */
export function searchTextOf({
  email,
  firstName,
  lastName,
}: Pick<Contact, 'email' | 'firstName' | 'lastName'>): string | null {
  const name = firstName === null || lastName === null ? firstName : `${firstName} ${lastName}`;
  const values = [email, name, lastName].filter((value) => value !== null);
  if (values.length === 0) return null;
  return values.map((value) => `\n${value.slice(0, searchedLength).toLowerCase().replaceAll('\n', ' ')}`).join('');
}

/** Three characters and more match anywhere, fewer only the beginning of a value; see `searchTextOf`. */
export function searchPattern(q: string): string {
  const text = q.toLowerCase().replace(/[\\%_]/g, '\\$&');
  return [...q].length < 3 ? `%\n${text}%` : `%${text}%`;
}

/** Whether the text of the enrollment `e` is like a pattern. The index has the texts of a block together. */
export function hasText(workflowId: bigint, pattern: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    coalesce(e.own_search, e.search) like ${pattern} and (e.id >> 3) in (
      select leader.id >> 3 from enrollments as leader
      where leader.workflow_id = ${workflowId} and leader.search like ${pattern}
    )`;
}
