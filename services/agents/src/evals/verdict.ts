/** The outcome of a version for a case in one trial. `passed` is null until the case has run. */
export type Outcome = { caseId: bigint; version: number; trial: number; passed: boolean | null };

/** The number of trials that each version has passed in a case. */
export type CaseVerdict = { caseId: bigint; passed: number; activePassed: number | undefined; isWorse: boolean };

export type Verdict = {
  cases: CaseVerdict[];
  /**
   * Number of cases that the version passes in most of the trials. `activePassed` is this number for the active
   * version.
   */
  passed: number;
  activePassed: number | undefined;
  /** Whether, in more than half of the trials, the version passes fewer cases than the active version. */
  isWorse: boolean;
};

/** Compares a version with the version that was active at the start of the run, over the same cases. */
export function verdictOf(
  outcomes: readonly Outcome[],
  { version, activeVersion, trials }: { version: number; activeVersion: number | null; trials: number },
): Verdict {
  // Ignores a case that one of the versions has not finished.
  const run = [...Map.groupBy(outcomes, ({ caseId }) => caseId)].filter(([, own]) =>
    own.every(({ passed }) => passed !== null),
  );
  const cases = run.map(([caseId, own]): CaseVerdict => {
    const passed = passesOf(own, version);
    const activePassed = activeVersion === null ? undefined : passesOf(own, activeVersion);
    return { caseId, passed, activePassed, isWorse: activePassed !== undefined && passed < activePassed };
  });
  const isMost = (passes: number) => passes * 2 > trials;
  const complete = run.flatMap(([, own]) => own);
  const worseTrials = Array.from({ length: trials }, (_, index) => index + 1).filter((trial) => {
    const own = complete.filter((outcome) => outcome.trial === trial);
    return activeVersion !== null && passesOf(own, version) < passesOf(own, activeVersion);
  });
  return {
    cases,
    passed: cases.filter(({ passed }) => isMost(passed)).length,
    activePassed:
      activeVersion === null ? undefined : cases.filter(({ activePassed = 0 }) => isMost(activePassed)).length,
    isWorse: isMost(worseTrials.length),
  };
}

function passesOf(outcomes: readonly Outcome[], version: number): number {
  return outcomes.filter((outcome) => outcome.version === version && outcome.passed === true).length;
}
