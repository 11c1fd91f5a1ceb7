/** Work that is done part by part. Yields the units (of `Meter`) of each part, so that other work can have a turn. */
export type InTurns<T> = Generator<number, T>;

/** Does all parts without a pause. */
export function atOnce<T>(work: InTurns<T>): T {
  for (;;) {
    const part = work.next();
    if (part.done) return part.value;
  }
}
