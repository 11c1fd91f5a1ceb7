/**
 * The search list of `resolv.conf`: the domains to append to incomplete names, and the number of dots that makes a name
 * complete.
 */
export type SearchList = { domains: readonly string[]; ndots: number };

const mostNdots = 15;
/**
 * The limits of resolv.conf(5) before glibc 2.26. With these limits, a customer's name costs at most seven look-ups.
 */
const most = { domains: 6, characters: 256 };

/**
 * Reads the search list of a `resolv.conf` (resolv.conf(5)). The last `search` or `domain` line applies. If there is
 * neither, the list has the domain of the host name.
 */
export function readSearchList(conf: string, hostname: string): SearchList {
  const dot = hostname.indexOf('.');
  let domains = dot < 0 ? [] : [hostname.slice(dot + 1)];
  let ndots = 1;
  for (const line of conf.split('\n')) {
    const [keyword, ...values] = line.trimEnd().split(/[ \t]+/);
    if (keyword === 'search') domains = values;
    if (keyword === 'domain') domains = values.slice(0, 1);
    if (keyword === 'options') ndots = values.reduce(readNdots, ndots);
  }
  return { domains: bounded(domains.map((domain) => domain.replace(/\.$/, ''))), ndots };
}

function readNdots(ndots: number, option: string): number {
  const [, given] = /^ndots:(\d+)$/.exec(option) ?? [];
  return given === undefined ? ndots : Math.min(Number(given), mostNdots);
}

function bounded(domains: readonly string[]): string[] {
  const first = domains.slice(0, most.domains);
  return first.filter((_, index) => first.slice(0, index + 1).join('').length <= most.characters);
}

/**
 * Returns the names to look up for a name, in order. A name with at least `ndots` dots is first tried unchanged. Any
 * other name is tried unchanged after the search list. A name that ends with a dot is complete.
 */
export function candidatesOf(hostname: string, { domains, ndots }: SearchList): string[] {
  if (hostname.endsWith('.')) return [hostname];
  // The root domain, written as a dot, appends nothing.
  const longer = domains.map((domain) => (domain === '' ? hostname : `${hostname}.${domain}`));
  const isFirst = hostname.split('.').length > ndots;
  return [...new Set(isFirst ? [hostname, ...longer] : [...longer, hostname])];
}
