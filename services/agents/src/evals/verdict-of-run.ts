import type { EvalResultRow, EvalRunRow } from './rows.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Compares the versions of a run by the results of the cases that still exist. */
export function verdictOfRun(
  { version, active_version: activeVersion, trials }: Pick<EvalRunRow, 'version' | 'active_version' | 'trials'>,
  results: readonly Pick<EvalResultRow, 'case_id' | 'version' | 'trial' | 'passed'>[],
): Verdict {
  const outcomes = results.map(({ case_id: caseId, version: own, trial, passed }) => ({
    caseId,
    version: own,
    trial,
    passed,
  }));
  return verdictOf(outcomes, { version, activeVersion, trials });
}
