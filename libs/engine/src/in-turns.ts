/** Work that is done part by part. Yields the units of `Meter` of each part, so that other work can have a turn. */
export type InTurns<T> = Generator<number, T>;

/** Does all parts at once. */
export function atOnce<T>(work: InTurns<T>): T {
  for (;;) {
    const part = work.next();
    if (part.done) return part.value;
  }
}
