import { withTimeout } from '@drippulse/loops';

/** Returns whether a part that others need can be used now. */
export type Part = () => Promise<boolean> | boolean;

/** The parts that a service needs, by name. */
export type Parts = Record<string, Part>;

/** A part that does not answer within this time is treated as unavailable, unless the caller waits longer. */
const partTimeoutMs = 1000;

/** The unanswered question to each part. A part that hangs is not asked again before it has answered. */
const underWay = new WeakMap<Part, Promise<boolean>>();

/** Whether a part can be used. Returns false when it rejects, and after `withinMs` without an answer. */
export async function askPart(part: Part, withinMs = partTimeoutMs): Promise<boolean> {
  try {
    return await withTimeout(answerOf(part), withinMs, 'A part');
  } catch {
    return false; // the answer is that the part is unavailable; its own calls report why
  }
}

/** Asks all parts at the same time. Every answer about health comes from here. */
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
