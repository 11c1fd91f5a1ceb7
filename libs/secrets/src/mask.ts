import { isCredentialName, isHarmlessName } from './names.ts';
import { originOf } from './origin.ts';
import { looksLikeCredential } from './redact.ts';

/** The mask that is shown in place of a credential. In a request it means "keep the stored value". */
export const mask = '***';

/** The strings of a request that may carry credentials; they may be templates. */
export type RequestTexts = { url: string; headers: Readonly<Record<string, string>> };

/** A mask for which there is no stored value, in a header or in the URL. */
export type MaskProblem = { header?: string; message: string };

/**
 * Whether a value must be sealed, by its name or its form. A value that consists only of template variables is not a
 * secret.
 */
function isSecret(name: string, value: string): boolean {
  if (value === '' || isHarmlessName(name) || isOnlyTemplate(value)) return false;
  return isCredentialName(name) || looksLikeCredential(value);
}

/** Returns the request as people may see it. Masking it again changes nothing. */
export function maskRequest({ url, headers }: RequestTexts): { url: string; headers: Record<string, string> } {
  return {
    url: mapQuery(url, (name, value) => (isSecret(decoded(name), decoded(value)) ? mask : value)),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, isSecret(name, value) ? mask : value]),
    ),
  };
}

/** Returns the values of a request that must not be stored if the other side sends them back. */
export function secretsOf({ url, headers }: RequestTexts): string[] {
  const secrets = Object.entries(headers).flatMap(([name, value]) => (isSecret(name, value) ? [value] : []));
  mapQuery(url, (name, value) => {
    if (isSecret(decoded(name), decoded(value))) secrets.push(decoded(value));
    return value;
  });
  return secrets;
}

/**
 * Returns the request with each mask replaced by the value at the same place in `former`, the stored request. A secret
 * never moves to another origin: if scheme, host or port differ, the mask is reported as a problem.
 */
export function unmaskRequest(
  given: RequestTexts,
  former: RequestTexts | undefined,
): { request: { url: string; headers: Record<string, string> }; problems: MaskProblem[] } {
  const problems: MaskProblem[] = [];
  const isMoved = former !== undefined && placeOf(former.url) !== placeOf(given.url);
  const storedHeaders = new Map(
    Object.entries(former?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const storedQuery = membersOf(former?.url ?? '');
  const headers = Object.entries(given.headers).map(([header, value]) => {
    if (value !== mask) return [header, value];
    const stored = storedHeaders.get(header.toLowerCase());
    if (stored !== undefined && !isMoved) return [header, stored];
    problems.push({ header, message: problemOf(isMoved) });
    return [header, value];
  });
  const url = mapQuery(given.url, (name, value) => {
    const stored = storedQuery.get(name)?.shift();
    if (decoded(value) !== mask) return value;
    if (stored !== undefined && !isMoved) return stored;
    problems.push({ message: `${problemOf(isMoved)} (the query member ${decoded(name)})` });
    return value;
  });
  return { request: { url, headers: Object.fromEntries(headers) }, problems };
}

function problemOf(isMoved: boolean): string {
  return isMoved
    ? 'must be entered anew: the URL has another scheme, host or port, and a stored secret stays with the one it was entered for'
    : 'has a masked value, and none is stored: enter the value';
}

/**
 * Returns the place to which a secret belongs: the origin of the URL, or the whole masked URL if it has no certain
 * origin.
 */
function placeOf(url: string): string {
  return originOf(url) ?? maskRequest({ url, headers: {} }).url;
}

/** Returns the values of the query by name, in order. */
function membersOf(url: string): Map<string, string[]> {
  const members = new Map<string, string[]>();
  mapQuery(url, (name, value) => {
    members.set(name, [...(members.get(name) ?? []), value]);
    return value;
  });
  return members;
}

/**
 * Replaces the values of the query. All other bytes of the URL stay unchanged. `&` and `=` within templates are not
 * treated as separators.
 */
function mapQuery(url: string, replace: (name: string, value: string) => string): string {
  if (!url.includes('?')) return url;
  const { plain, at } = withoutTemplates(url);
  const start = plain.indexOf('?');
  if (start < 0) return url;
  const hash = plain.indexOf('#');
  const end = hash < 0 ? plain.length : hash;
  if (end < start) return url;
  let place = start + 1;
  const members = plain
    .slice(place, end)
    .split('&')
    .map((member) => {
      const equals = member.indexOf('=');
      const [from, to] = [place, place + member.length];
      place = to + 1;
      if (equals < 0) return at(from, to);
      const name = at(from, from + equals);
      return `${name}=${replace(name, at(from + equals + 1, to))}`;
    });
  return `${url.slice(0, start + 1)}${members.join('&')}${url.slice(end)}`;
}

/**
 * Returns the text with each template replaced by letters of the same length, and a function that returns a part of the
 * original text.
 */
function withoutTemplates(text: string) {
  const plain = text.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, (template) => 'x'.repeat(template.length));
  return { plain, at: (from: number, to: number) => text.slice(from, to) };
}

const schemeAlone = /^(?:(?:bearer|basic|digest|token|oauth|api-?key|key)\s)?\s*$/i;

/**
 * Whether a value is a template that names only variables, perhaps after a scheme such as `Bearer`. A quoted string may
 * be a secret.
 */
function isOnlyTemplate(value: string): boolean {
  if (!value.includes('{{')) return false;
  return schemeAlone.test(value.replace(/\{\{[^"'{}]*\}\}/g, ' '));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
