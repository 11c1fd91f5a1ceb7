import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HintSchema } from '@drippulse/proto/drippulse/events/v1/hints_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';

/**
 * A change in an organization. An empty `id` means that several things changed; a hint without `mode` is for both
 * modes.
 */
export type Hint = { organizationId: bigint; topic: string; id: string; kind: string; mode: Mode };

/** The transport's topic, which has all hints. */
export const hintsTopic = 'drippulse.hints.v1';

/** Hours for which the transports keep hints. No reader starts at an older hint. */
export const hintsKeptHours = 1;

/** All hints have one key, so that they are in one partition, where an offset is a position in all hints. */
export const hintsKey = 'hints';

/** A hint that tells every stream of every organization that hints were lost. */
export const resyncForAll: Hint = { organizationId: 0n, topic: '', id: '', kind: 'resync', mode: Mode.UNSPECIFIED };

/** Returns the key of a hint. Hints of the same key may be merged. */
export function keyOf({ organizationId, mode, topic }: Hint): string {
  return `${organizationId} ${mode} ${topic}`;
}

/** Merges two hints into one hint that covers both. Members in which they differ become empty. */
export function merged<H extends { id: string; kind: string }>(one: H, other: H): H {
  if (one.id === other.id && one.kind === other.kind) return one;
  return { ...one, id: one.id === other.id ? one.id : '', kind: one.kind === other.kind ? one.kind : 'changed' };
}

/** Adds a hint to the waiting hints. If a hint with the same key already waits, merges the two. */
export function addTo(waiting: Map<string, Hint>, hint: Hint): void {
  const key = keyOf(hint);
  const known = waiting.get(key);
  waiting.set(key, known === undefined ? hint : merged(known, hint));
}

/** Makes a hint from its message. A message from an older process may lack members. */
export function hintOf(init: MessageInitShape<typeof HintSchema>): Hint {
  const { organizationId = 0n, topic = '', id = '', kind = '', mode = Mode.UNSPECIFIED } = init;
  return { organizationId, topic, id, kind, mode };
}
