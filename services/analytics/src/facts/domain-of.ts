/** Large mailbox providers, by the domains of their email addresses. */
const providers: Readonly<Record<string, string>> = {
  'gmail.com': 'gmail',
  'googlemail.com': 'gmail',
  'outlook.com': 'outlook',
  'hotmail.com': 'outlook',
  'live.com': 'outlook',
  'msn.com': 'outlook',
  'yahoo.com': 'yahoo',
  'ymail.com': 'yahoo',
  'aol.com': 'yahoo',
  'icloud.com': 'icloud',
  'me.com': 'icloud',
  'mac.com': 'icloud',
  'gmx.de': 'gmx',
  'gmx.net': 'gmx',
  'web.de': 'gmx',
  'proton.me': 'proton',
  'protonmail.com': 'proton',
};

/**
 * Returns the mailbox provider of an email address. Addresses at all other domains get `other`, because their domain
 * may identify a person.
 */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return Object.hasOwn(providers, domain) ? (providers[domain] ?? 'other') : 'other';
}
