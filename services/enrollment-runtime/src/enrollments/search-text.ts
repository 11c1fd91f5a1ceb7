import type { Contact } from './contact.ts';

/** Only this many characters from the start of a value are searched. An address has at most 254 characters. */
const searchedLength = 254;

/** Separates the texts of enrollments that share a row of `enrollment_search`: the record separator of ASCII. */
export const textSeparator = '\x1e';

/**
 * Builds the text of an enrollment that `q` is matched against, in lower case. Each value begins with a line feed, so
 * that a pattern can match the beginning of a value. The values are the address, the whole name and the last name.
 */
export function searchTextOf({
  email,
  firstName,
  lastName,
}: Pick<Contact, 'email' | 'firstName' | 'lastName'>): string | null {
  const name = firstName === null || lastName === null ? firstName : `${firstName} ${lastName}`;
  const values = [email, name, lastName].filter((value) => value !== null);
  if (values.length === 0) return null;
  return values.map((value) => `\n${onOneLine(value.slice(0, searchedLength).toLowerCase())}`).join('');
}

function onOneLine(value: string): string {
  return value.replaceAll('\n', ' ').replaceAll(textSeparator, ' ');
}

/**
 * Returns the string that a search text must contain to match `q`. If `q` is short, it matches only at the beginning of
 * a value. Otherwise it matches anywhere.
 */
export function searchedPart(q: string): string {
  const text = q.toLowerCase();
  return [...q].length < 3 ? `\n${text}` : text;
}

/**
 * Returns the string that a search text must contain to match an address, ignoring case; undefined for a blank address.
 */
export function addressPart(email: string): string | undefined {
  return searchTextOf({ email, firstName: null, lastName: null })?.trim() || undefined;
}

/** Returns the `like` pattern of texts that contain `part`. */
export function patternOf(part: string): string {
  return `%${part.replace(/[\\%_]/g, '\\$&')}%`;
}
