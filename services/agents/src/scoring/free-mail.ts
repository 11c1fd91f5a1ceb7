/**
 * Mail domains of providers that describe themselves as free, where anybody can get an email address. A domain that is
 * not listed counts as a company's.
 */
const freeDomains: ReadonlySet<string> = new Set([
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'yahoo.com', 'ymail.com'],
  ...['icloud.com', 'me.com', 'mac.com', 'aol.com', 'gmx.com', 'gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'web.de'],
  ...['mail.com', 'proton.me', 'protonmail.com', 'zoho.com', 'yandex.com', 'yandex.ru', 'mail.ru', 'qq.com', '163.com'],
  ...['t-online.de', 'freenet.de', 'orange.fr', 'free.fr', 'laposte.net', 'libero.it', 'hotmail.fr', 'hotmail.co.uk'],
  ...['yahoo.co.uk', 'yahoo.fr', 'yahoo.de', 'yahoo.co.jp', 'hotmail.de', 'outlook.de', 'fastmail.com', 'hey.com'],
]);

/**
 * Returns whether an email address belongs to a free provider or to a company; undefined for a string that is not an
 * email address.
 */
export function emailKindOf(address: string): 'business' | 'free' | undefined {
  const [, domain] = /^[^\s@]+@([^\s@]+\.[^\s@]+)$/.exec(address.trim()) ?? [];
  if (domain === undefined) return undefined;
  return freeDomains.has(domain.toLowerCase()) ? 'free' : 'business';
}
