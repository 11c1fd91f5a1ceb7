import { isIP } from 'node:net';
import { isAllowedAddress } from './addresses.ts';
import { isBlockedPort } from './ports.ts';

const maxUrlLength = 2048;

/**
 * Checks a URL that a customer saves as a target. Returns the problem in one sentence, or undefined. A name whose
 * addresses are unknown is accepted, because the client judges the addresses whenever it connects.
 */
export async function checkUrl(
  url: string,
  o: { allowPrivate: boolean; lookUp: (hostname: string) => Promise<string[] | undefined> },
): Promise<string | undefined> {
  const problem = urlProblem(url, o.allowPrivate);
  if (problem !== undefined) return problem;
  const hostname = hostnameOf(new URL(url));
  if (isIP(hostname) !== 0) return undefined;
  const addresses = (await o.lookUp(hostname)) ?? [];
  const isAllowed = addresses.every((address) => isAllowedAddress(address, o.allowPrivate));
  return isAllowed ? undefined : 'The host resolves to an address that is not public.';
}

/** Returns the problem that is visible in the text of a URL, in one sentence; undefined if there is no problem. */
export function urlProblem(text: string, allowPrivate: boolean, maxLength = maxUrlLength): string | undefined {
  if (text.length > maxLength) return `The URL is longer than ${maxLength} characters.`;
  const url = URL.parse(text);
  if (url === null) return 'This is not a URL.';
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) return 'The URL must use https.';
  if (url.username !== '' || url.password !== '') return 'The URL must not hold a user name or a password.';
  if (url.port !== '' && isBlockedPort(Number(url.port))) return `Port ${url.port} belongs to another protocol.`;
  const hostname = hostnameOf(url);
  if (isIP(hostname) !== 0) {
    return isAllowedAddress(hostname, allowPrivate) ? undefined : 'The address is not public.';
  }
  // RFC 6761: these names mean this machine, regardless of name servers.
  if (!allowPrivate && /(^|\.)localhost\.?$/.test(hostname)) return 'The address is not public.';
  return undefined;
}

// The URL parser has turned every literal form (0x7f.1, 2130706433, 017700000001) into the canonical one.
function hostnameOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
