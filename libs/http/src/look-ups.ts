import type { Resolve } from './resolve.ts';

/** Most look-ups of one organization at once. */
const perOrganization = 4;
/** Time for a look-up from the call, the wait for its turn included. */
const deadlineMs = 2000;

/**
 * Looks up the names of URLs that an organization saves. Undefined means unknown: the name has no address, or none came
 * in time. Unknown is not safe: every connect looks again, and judges the addresses that it gets.
 */
export type LookUp = (organizationId: bigint, hostname: string) => Promise<string[] | undefined>;

type Turns = { running: number; waiting: (() => void)[]; known: Map<string, Promise<string[] | undefined>> };

/**
 * Names with dead name servers delay only the organization that named them: each has look-ups of its own, a few at a
 * time, and a look-up keeps its place until it has really ended. The same name is looked up once at a time.
 */
export function createLookUps(resolve: Resolve): LookUp {
  const organizations = new Map<bigint, Turns>();

  async function take(organizationId: bigint, turns: Turns, hostname: string): Promise<string[] | undefined> {
    const calledAt = performance.now();
    if (turns.running >= perOrganization) await new Promise<void>((next) => turns.waiting.push(next));
    else turns.running += 1;
    try {
      // Nobody waits for it any more.
      if (performance.now() - calledAt > deadlineMs) return undefined;
      return await resolve(hostname);
    } catch {
      return undefined;
    } finally {
      turns.known.delete(hostname);
      const next = turns.waiting.shift();
      // The place goes to the next one in line.
      if (next !== undefined) next();
      else turns.running -= 1;
      if (turns.running === 0) organizations.delete(organizationId);
    }
  }

  return async (organizationId, hostname) => {
    const turns = organizations.get(organizationId) ?? { running: 0, waiting: [], known: new Map() };
    organizations.set(organizationId, turns);
    const found = turns.known.get(hostname) ?? take(organizationId, turns, hostname);
    turns.known.set(hostname, found);
    return within(found);
  };
}

async function within<T>(found: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve: giveUp } = Promise.withResolvers<undefined>();
  const timer = setTimeout(giveUp, deadlineMs, undefined);
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}
