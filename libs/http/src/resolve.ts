import { lookup, Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { hostname as ownHostname } from 'node:os';
import { candidatesOf, readSearchList, type SearchList } from './search-list.ts';

/** Resolves a host name to its IP addresses. Rejects when it has no address. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** Error codes of a name server which mean that there is no address. */
const saysNothing = new Set(['ENOTFOUND', 'ENODATA']);
/** Error codes after which glibc tries the next name of the search list. `EBADNAME` is a name that became too long. */
const goesOn = new Set([...saysNothing, 'ESERVFAIL', 'EBADNAME']);

/**
 * Resolves with the name servers directly, and with the search list of `resolv.conf`. It does not use the system's
 * resolver, which blocks one of four threads while it waits for a dead name server, so that four such names would stop
 * all other connections.
 */
export async function resolveWithNameServers(hostname: string): Promise<string[]> {
  // The resolver itself reads the name servers from `resolv.conf`.
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  return resolveBySearch(resolver, ownSearchList(), hostname);
}

/**
 * Returns the addresses of the first name of the search list that has any. The caller judges these addresses as it
 * judges those of the name itself. A dead name server ends the search, because the look-up of the next name would wait
 * for it too.
 */
export async function resolveBySearch(resolver: Resolver, list: SearchList, hostname: string): Promise<string[]> {
  const failures: unknown[] = [];
  for (const name of candidatesOf(hostname, list)) {
    const { addresses, failure } = await ask(resolver, name);
    if (addresses.length > 0) return addresses;
    failures.push(failure);
    if (!goesOn.has(codeOf(failure))) break;
  }
  // A failed look-up takes precedence over a missing address, because after a failure it is unknown whether the name
  // has an address.
  throw failures.find((failure) => !saysNothing.has(codeOf(failure))) ?? failures[0];
}

async function ask(resolver: Resolver, name: string): Promise<{ addresses: string[]; failure: unknown }> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const reasons = answers.flatMap((answer): unknown[] => (answer.status === 'rejected' ? [answer.reason] : []));
  return { addresses, failure: reasons.find((reason) => !saysNothing.has(codeOf(reason))) ?? reasons[0] };
}

/** Reads the search list of this machine. It is read anew for each look-up, as the name servers are. */
function ownSearchList(): SearchList {
  let conf = '';
  try {
    conf = readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    // Windows has no `resolv.conf`, and a machine with a name server of its own may have none either.
  }
  return readSearchList(conf, ownHostname());
}

/**
 * Resolves as the machine does, with `/etc/hosts` and the names of containers, for development. A name with a dot is
 * first looked up with the name servers, so that a dead name server blocks no thread of the system's resolver.
 */
export async function resolveLocally(hostname: string): Promise<string[]> {
  if (hostname.includes('.')) {
    try {
      return await resolveWithNameServers(hostname);
    } catch (error) {
      if (!saysNothing.has(codeOf(error))) throw error;
    }
  }
  const found = await lookup(hostname, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
