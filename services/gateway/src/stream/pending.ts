import { type Hint, mergedHint } from '@drippulse/events';

/** Hints of one stream that are not written yet: at most one per topic, even with a slow reader. */
export type Pending = {
  /**
   * Adds a hint to those topics of the stream to which it belongs. `position` is the hub's position after the hint's
   * message.
   */
  add(hint: Hint, position: bigint): void;
  /** Marks every topic to be read again, because some of its hints are lost. */
  resync(): void;
  /** Takes the hints that are due. A topic gets at most one hint per `gapMs`. */
  take(nowMs: number): StreamHint[];
  /**
   * Returns the position from which a client may resume without missing a hint that waits here. Undefined when no hint
   * waits.
   */
  oldest(): bigint | undefined;
};

/** A hint in the form in which a stream writes it. */
export type StreamHint = { topic: string; id: string | null; kind: string };

type Waiting = { id: string; kind: string; before: bigint | undefined };
type TopicState = { waiting: Waiting | undefined; sentAtMs: number };

const gapMs = 1000;

export function createPending(topics: readonly string[]): Pending {
  const states = new Map<string, TopicState>(
    topics.map((topic) => [topic, { waiting: undefined, sentAtMs: Number.NEGATIVE_INFINITY }]),
  );

  function note(topic: string, hint: { id: string; kind: string }, position: bigint): void {
    const state = states.get(topic);
    if (state === undefined) return;
    const { waiting } = state;
    // A topic that must be read again stays marked, regardless of further hints.
    if (waiting?.kind === 'resync') return;
    const before = waiting?.before ?? position - 1n;
    state.waiting = { ...(waiting === undefined ? hint : mergedHint(waiting, { ...hint, before })), before };
  }

  return {
    add(hint, position) {
      const { id, kind, topic } = hint;
      note(topic, { id, kind }, position);
      // A hint for a part of a topic also applies to the whole topic.
      const colon = topic.indexOf(':');
      if (colon > 0) note(topic.slice(0, colon), { id, kind }, position);
    },
    resync() {
      for (const state of states.values()) state.waiting = { id: '', kind: 'resync', before: undefined };
    },
    take(nowMs) {
      const due: StreamHint[] = [];
      for (const [topic, state] of states) {
        if (state.waiting === undefined || nowMs - state.sentAtMs < gapMs) continue;
        const { id, kind } = state.waiting;
        due.push({ topic, id: id === '' ? null : id, kind });
        state.waiting = undefined;
        state.sentAtMs = nowMs;
      }
      return due;
    },
    oldest() {
      let oldest: bigint | undefined;
      for (const { waiting } of states.values()) {
        // A client that resumes at the beginning gets all hints, or is asked to read everything again.
        const before = waiting && (waiting.before ?? 0n);
        if (before !== undefined && (oldest === undefined || before < oldest)) oldest = before;
      }
      return oldest;
    },
  };
}
