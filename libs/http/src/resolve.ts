import { lookup, Resolver } from 'node:dns/promises';

/** Resolves a host name to its IP addresses. Rejects when it has none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** Answers of a name server that say that there is nothing. */
const saysNothing = new Set(['ENOTFOUND', 'ENODATA']);

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

/**
 * Resolves as the machine does, for development: `/etc/hosts` counts, and names of containers. A name with a dot is
 * asked of the name servers first, so that a dead one blocks no thread of the system's resolver.
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
