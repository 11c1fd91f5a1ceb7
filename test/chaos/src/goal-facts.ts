/** A goal that an enrollment met. */
export type MetGoalFact = { workflow_id: string; enrollment_id: string; goal: string; met_at: Date };
/** The goal that ended an enrollment, and the time of its end. */
export type EndFact = { enrollment_id: string; outcome: string | null; ended_at: Date };
export type MarkFact = { workflow_id: string; kind: string; name: string; number: number };

/** Rows of goals, and rows of the rules for entering again. */
export type GoalFacts = {
  met: readonly MetGoalFact[];
  ends: readonly EndFact[];
  marks: readonly MarkFact[];
  /** References of refused contacts, one for each refusal, by workflow. */
  refused: readonly { workflow_id: string; lead_ref: string }[];
  /** Number of watches that wait for the end of a run. */
  watchesLeft: number;
};

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function readGoalFacts(rowsOf: (text: string) => Promise<any[]>): Promise<GoalFacts> {
  const [left] = await rowsOf('select count(*)::int as count from goal_watches where expires_at is null');
  return {
    met: await rowsOf('select workflow_id, enrollment_id, goal, met_at from goals_met'),
    ends: await rowsOf('select enrollment_id, outcome, ended_at from outcomes'),
    marks: await rowsOf('select workflow_id, kind, name, number::int as number from funnel_marks'),
    refused: await rowsOf('select workflow_id, lead_ref from refused_entries'),
    watchesLeft: left.count,
  };
}
