import { refuseViolations, type Violation } from '@drippulse/errors';
import { type JsonValue, nearest, parseJson } from '@drippulse/json';
import type { Credentials, Provider } from '@drippulse/providers';
import { isMask } from './credentials.ts';

const maxLength = 4_096;

/** Changes of credential fields; null removes a field. */
export type CredentialChanges = Readonly<Record<string, string | null>>;

/** Reads the credential fields of a request. Leaves out masked values, which stand for the stored values. */
export function readCredentials(provider: Provider, bytes: Uint8Array | undefined): CredentialChanges {
  // An absent member arrives as empty bytes.
  const given = bytes === undefined || bytes.length === 0 ? {} : parseJson(Buffer.from(bytes).toString());
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    refuse([{ field: 'credentials', message: 'must be an object whose values are strings', code: 'type' }]);
  }
  const members = Object.entries(given as Record<string, JsonValue>); // the condition above refuses anything else
  refuse(members.flatMap(([name, value]) => problemOf(provider, name, value)));
  return Object.fromEntries(
    members.flatMap(([name, value]): [string, string | null][] => {
      const text = typeof value === 'string' ? value.trim() : null;
      // A form sends an empty field as an empty string.
      if (text === null || text === '') return [[name, null]];
      return isMask(text) ? [] : [[name, text]];
    }),
  );
}

function problemOf(provider: Provider, name: string, value: JsonValue): Violation[] {
  const place = `credentials.${name}`;
  const field = provider.credentials.find((known) => known.name === name);
  if (field === undefined) {
    const suggestion = nearest(
      name,
      provider.credentials.map((known) => known.name),
    );
    const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
    const message = `is not a credential of ${provider.name}${hint}`;
    return [{ field: place, message, code: 'unknown_member', ...(suggestion !== undefined && { suggestion }) }];
  }
  if (value === null) return [];
  if (typeof value !== 'string') return [{ field: place, message: 'must be a string', code: 'type' }];
  const text = value.trim();
  if (text === '' || isMask(text)) return [];
  if (text.length > maxLength)
    return [{ field: place, message: `must have at most ${maxLength} characters`, code: 'length' }];
  // Control characters are refused, because a line break would end the header that contains the value.
  if (/\p{Cc}/u.test(text)) return [{ field: place, message: 'has control characters', code: 'format' }];
  if (field.pattern !== undefined && !field.pattern.test(text)) {
    return [{ field: place, message: `has an unexpected form. ${field.label}: ${field.help}`, code: 'format' }];
  }
  return [];
}

/** Applies changes to stored credentials. */
export function changeCredentials(stored: Credentials, changes: CredentialChanges): Credentials {
  const merged = Object.entries({ ...stored, ...changes });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
}

/**
 * Refuses credentials that lack a required field, or that name a host outside the provider, because every request sends
 * the credentials to that host.
 */
export function checkCredentials(provider: Provider, credentials: Credentials): void {
  refuse([...missingOf(provider, credentials), ...foreignHostsOf(provider, credentials)]);
}

/**
 * Returns a violation for missing fields. Returns no violation if one of the alternative sets of required fields is
 * complete.
 */
export function missingOf({ name, requires }: Provider, credentials: Credentials): Violation[] {
  const has = (field: string) => credentials[field] !== undefined;
  if (requires.length === 0 || requires.some((set) => set.every(has))) return [];
  const sets = requires.map((set) => set.join(' and ')).join(', or ');
  return [{ field: 'credentials', message: `must have ${sets} for ${name}`, code: 'required' }];
}

/** Returns violations for fields in which a customer names a host that is not the provider's. */
export function foreignHostsOf(provider: Provider, credentials: Credentials): Violation[] {
  const problems: Violation[] = [];
  for (const { originOf, allowed } of Object.values(provider.hosts)) {
    const origin = originOf(credentials);
    if (origin !== undefined && !isAllowed(origin, allowed)) problems.push(foreign(provider, credentials, origin));
  }
  const { oauth } = provider;
  const urls = oauth === undefined ? [] : [oauth.tokenUrl(credentials), oauth.authorizeUrl(credentials)];
  for (const url of urls) {
    if (oauth !== undefined && url !== undefined && !isAllowed(url, oauth.allowed)) {
      problems.push(foreign(provider, credentials, url));
    }
  }
  const tokenUrl = credentials['token_url'];
  if (tokenUrl !== undefined && !(oauth !== undefined && isAllowed(tokenUrl, oauth.allowed))) {
    problems.push(foreign(provider, credentials, tokenUrl));
  }
  return [...new Map(problems.map((problem) => [problem.field, problem])).values()];
}

function isAllowed(url: string, allowed: RegExp): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== 'https:' || parsed.port !== '') return false;
  return parsed.username === '' && parsed.password === '' && allowed.test(parsed.hostname);
}

/**
 * Returns a violation for the field that caused the foreign host: of the fields whose values the URL contains, the one
 * with the longest value.
 */
function foreign({ name }: Provider, credentials: Credentials, url: string): Violation {
  const inUrl = Object.entries(credentials).filter(([, value]) => url.includes(value));
  const [field] = inUrl.sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const place = field === undefined ? 'credentials' : `credentials.${field}`;
  return { field: place, message: `must lead to a host of ${name}, by https`, code: 'not_allowed' };
}

function refuse(violations: readonly Violation[]): void {
  refuseViolations(violations, 'invalid_connection_credentials');
}
