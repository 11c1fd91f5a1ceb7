/** What became of a case by a version in a trial. Null: it was not run. */
export type Outcome = { caseId: bigint; version: number; trial: number; passed: boolean | null };

/** How a case went: trials that each version has passed. */
export type CaseVerdict = { caseId: bigint; passed: number; activePassed: number | undefined; isWorse: boolean };

export type Verdict = {
  cases: CaseVerdict[];
  /** Cases of which the version passes the most trials, and of which the active one does. */
  passed: number;
  activePassed: number | undefined;
  /** Whether the version passes fewer cases than the active one in most of the trials. */
  isWorse: boolean;
};

/** Compares a version with the one that was active, by what came of the same cases. */
export function verdictOf(
  outcomes: readonly Outcome[],
  { version, activeVersion, trials }: { version: number; activeVersion: number | null; trials: number },
): Verdict {
  // A case that one of them has not run yet says nothing.
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
