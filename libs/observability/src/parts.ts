import { withTimeout } from '@drippulse/loops';

/** The check of one part, such as a connection: returns whether the part can be used now. */
export type Part = () => Promise<boolean> | boolean;

/** The parts that a service needs, by name. */
export type Parts = Record<string, Part>;

/** A part that does not respond within this time is treated as unavailable, unless the caller waits longer. */
const partTimeoutMs = 1000;

/** The pending check of each part. A part that hangs is not checked again before its check has ended. */
const underWay = new WeakMap<Part, Promise<boolean>>();

/** Whether a part can be used. Returns false when the check rejects, and when it has not ended after `withinMs`. */
export async function askPart(part: Part, withinMs = partTimeoutMs): Promise<boolean> {
  try {
    return await withTimeout(answerOf(part), withinMs, 'A part');
  } catch {
    return false; // a failed check means that the part is unavailable; the calls to the part report the reason
  }
}

/** Checks all parts at the same time. Every health endpoint gets its result from here. */
export async function askParts(parts: Parts, withinMs?: number): Promise<Record<string, boolean>> {
  const answers = Object.entries(parts).map(async ([name, part]) => [name, await askPart(part, withinMs)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

function answerOf(part: Part): Promise<boolean> {
  const known = underWay.get(part);
  if (known !== undefined) return known;
  const asked = (async () => part())().finally(() => underWay.delete(part));
  underWay.set(part, asked);
  return asked;
}
