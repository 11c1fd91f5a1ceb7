import { lookup, Resolver } from 'node:dns/promises';

/** Resolves a host name to its IP addresses. Rejects when it has none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** Resolves with the operating system, `/etc/hosts` and search domains included. */
export async function resolveWithSystem(hostname: string): Promise<string[]> {
  const found = await lookup(hostname, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}

/**
 * Resolves with the name servers directly. The resolver of the system blocks one of four threads while it waits for a dead
 * name server, so four such names would stop all other connections.
 */
export async function resolveWithNameServers(hostname: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const [first] = answers;
  if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
  return addresses;
}
