import { domainToASCII } from 'node:url';

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Reads a DNS domain with at least two labels, in lower case; undefined for any other string, such as an address. */
export function readDomain(text: string): string | undefined {
  const domain = domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase();
  const labels = domain.split('.');
  const isDomain = domain.length <= 253 && labels.length >= 2 && labels.every((part) => label.test(part));
  return isDomain && !/^\d+$/.test(labels.at(-1) ?? '') ? domain : undefined;
}

/** Returns the domain of a mail address. */
export function domainOf(address: string): string | undefined {
  return readDomain(address.slice(address.lastIndexOf('@') + 1));
}
