/**
 * The times of work at a fixed rate, in milliseconds, by the kind of the work, and the number of failures of each kind.
 */
export type Times = { ofKinds: Record<string, number[]>; failures: Record<string, number> };

/** Work of an organization at a fixed rate. */
export type Work = {
  /** The name that this work has in the names of figures. */
  kind: string;
  everyMs: number;
  /** Prepares the work. The returned function does it once, and throws if it fails. */
  prepare(base: string, token: string): Promise<(turn: number) => Promise<unknown>>;
};

/** An organization that works. */
export type Worker = {
  /** Works for this period and returns the times of everything that it began. */
  work(seconds: number): Promise<Times>;
  stop(): void;
};

export const emptyTimes = (): Times => ({ ofKinds: {}, failures: {} });

export function addTime({ ofKinds }: Times, kind: string, ms: number): void {
  const times = ofKinds[kind] ?? [];
  times.push(ms);
  ofKinds[kind] = times;
}

/** Counts a failure by the status of the answer. */
export function addFailure({ failures }: Times, cause: unknown): void {
  const [, status = 'broken'] = / answered (\d{3})/.exec(String(cause)) ?? [];
  failures[status] = (failures[status] ?? 0) + 1;
}

/** Joins the times of several workers. */
export function joined(all: readonly Times[]): Times {
  const times = emptyTimes();
  for (const { ofKinds, failures } of all) {
    for (const [kind, values] of Object.entries(ofKinds))
      times.ofKinds[kind] = [...(times.ofKinds[kind] ?? []), ...values];
    for (const [name, count] of Object.entries(failures)) times.failures[name] = (times.failures[name] ?? 0) + count;
  }
  return times;
}
