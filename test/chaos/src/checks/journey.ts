import type { EnrollmentFact, LineFact } from '../facts.ts';
import { journeyOrganization, places } from '../journeys.ts';
import type { Evidence } from './evidence.ts';

/** One enrollment of the journeys with its path, read only from its timeline. */
export type Journey = {
  enrollment: EnrollmentFact;
  email: string;
  /** Returns the line with which a step began to wait. */
  waitingOf(place: number): LineFact | undefined;
  /** Returns all lines of a step. */
  linesOf(place: number): LineFact[];
  /** Returns the step that follows a step in the path; undefined if the run never left the given step. */
  after(place: number): number | undefined;
};

export function journeysOf({ facts }: Pick<Evidence, 'facts'>): Journey[] {
  return facts.enrollments
    .filter(({ organization_id: organization }) => organization === String(journeyOrganization))
    .map((enrollment) => {
      const lines = facts.lines.get(enrollment.id) ?? [];
      const linesOf = (place: number) => lines.filter(({ step_index }) => step_index === place);
      return {
        enrollment,
        email: enrollment.contact.email ?? '',
        linesOf,
        waitingOf: (place) => linesOf(place).find(({ status }) => status === 'waiting'),
        after: (place) => lines[lines.findLastIndex(({ step_index }) => step_index === place) + 1]?.step_index,
      };
    });
}

export const nameOf = (place: number | undefined) =>
  Object.entries(places).find(([, index]) => index === place)?.[0] ?? 'nothing';
