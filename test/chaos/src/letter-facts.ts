import { letterOrganization } from './letters.ts';

/** A letter in the rows of the runtime. */
export type LetterFact = {
  id: string;
  enrollment_id: string;
  step_id: string;
  status: string;
  receiver: string;
  message_id: string;
  opened_at: Date | null;
  clicked_at: Date | null;
};
/** A hit, or the note of a bounce. */
export type HitFact = {
  delivery_id: string;
  kind: string;
  at: Date;
  times: number;
  agent: string | null;
  verdict: string | null;
};
export type SuppressionFact = { email: string; reason: string };

/** Rows of the letters. */
export type LetterFacts = {
  letters: readonly LetterFact[];
  hits: readonly HitFact[];
  suppressions: readonly SuppressionFact[];
};

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function readLetterFacts(rowsOf: (text: string) => Promise<any[]>): Promise<LetterFacts> {
  const own = `where organization_id = ${letterOrganization}`;
  return {
    letters: await rowsOf(
      `select id, enrollment_id, step_id, status, receiver, message_id, opened_at, clicked_at from deliveries ${own}`,
    ),
    hits: await rowsOf(
      `select delivery_id, kind, at, times, user_agent as agent, verdict from hits ${own} order by at`,
    ),
    suppressions: await rowsOf(`select email, reason from suppressions ${own}`),
  };
}
