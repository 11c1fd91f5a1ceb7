import { createShares, withTimeout } from '@drippulse/loops';
import type { Resolve } from './resolve.ts';

/** Maximum number of concurrent look-ups of one organization. */
const perOrganization = 4;
/** Time limit in milliseconds for a look-up. It is counted from the call, so it includes the wait for a free place. */
const deadlineMs = 2000;

/**
 * Looks up the host names in URLs that an organization saves. Undefined means unknown: the name has no address, or no
 * address was found in time. An unknown name may still lead to a forbidden address, so every connection attempt looks
 * the name up again and judges the addresses that it gets.
 */
export type LookUp = (organizationId: bigint, hostname: string) => Promise<string[] | undefined>;

/**
 * Creates the look-ups. Names with dead name servers delay only the organization that saved them: each organization has
 * a few places of its own for look-ups, and a look-up keeps its place until it has really ended. No name is looked up
 * twice at the same time.
 */
export function createLookUps(resolve: Resolve): LookUp {
  const places = createShares({
    ...{ of: 'look-ups', ofEach: perOrganization, ofAll: Number.POSITIVE_INFINITY, waitMs: deadlineMs },
  });
  const known = new Map<string, Promise<string[] | undefined>>();

  async function takeAndResolve(organizationId: bigint, hostname: string): Promise<string[]> {
    const place = await places.wait(String(organizationId), 1);
    try {
      return await resolve(hostname);
    } finally {
      place.release();
    }
  }

  function resolveOnce(organizationId: bigint, hostname: string): Promise<string[] | undefined> {
    const key = `${organizationId} ${hostname}`;
    const found =
      known.get(key) ??
      takeAndResolve(organizationId, hostname)
        .catch(() => undefined)
        .finally(() => known.delete(key));
    known.set(key, found);
    return found;
  }

  return (organizationId, hostname) =>
    withTimeout(resolveOnce(organizationId, hostname), deadlineMs, 'the look-up').catch(() => undefined);
}
