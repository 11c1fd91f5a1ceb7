/**
 * The times, in milliseconds, of what organizations do at a fixed rate, by its kind, and the number of each failure.
 */
export type Times = { ofKinds: Record<string, number[]>; failures: Record<string, number> };

/** Something that an organization does at a fixed rate. */
export type Work = {
  /** As it is called in the names of figures. */
  kind: string;
  everyMs: number;
  /** Makes what the work needs. The function that it returns does it once, and throws if that fails. */
  prepare(base: string, token: string): Promise<(turn: number) => Promise<unknown>>;
};

/** An organization that works. */
export type Worker = {
  /** Works for so long and returns the times of all that it began. */
  work(seconds: number): Promise<Times>;
  stop(): void;
};

export const emptyTimes = (): Times => ({ ofKinds: {}, failures: {} });

export function addTime({ ofKinds }: Times, kind: string, ms: number): void {
  const times = ofKinds[kind] ?? [];
  times.push(ms);
  ofKinds[kind] = times;
}

/** Counts a failure by the status that a call was answered with. */
export function addFailure({ failures }: Times, cause: unknown): void {
  const [, status = 'broken'] = / answered (\d{3})/.exec(String(cause)) ?? [];
  failures[status] = (failures[status] ?? 0) + 1;
}

/** All times of several, as if one had taken them. */
export function joined(all: readonly Times[]): Times {
  const times = emptyTimes();
  for (const { ofKinds, failures } of all) {
    for (const [kind, values] of Object.entries(ofKinds))
      times.ofKinds[kind] = [...(times.ofKinds[kind] ?? []), ...values];
    for (const [name, count] of Object.entries(failures)) times.failures[name] = (times.failures[name] ?? 0) + count;
  }
  return times;
}
