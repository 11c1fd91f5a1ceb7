import { lookup, Resolver } from 'node:dns/promises';

/** Turns a host name into its IP addresses; rejects when there is none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** As the operating system resolves, `/etc/hosts` and search domains included. */
export async function resolveWithSystem(hostname: string): Promise<string[]> {
  const found = await lookup(hostname, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}

/**
 * By asking the name servers directly. The system's resolver occupies one of four threads for as long as a dead name
 * server takes, so that four such names would hold up every other connection.
 */
export async function resolveWithNameServers(hostname: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const [first] = answers;
  if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
  return addresses;
}
