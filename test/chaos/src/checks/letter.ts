import type { EnrollmentFact, LineFact } from '../facts.ts';
import type { Receipt } from '../history.ts';
import { letterOrganization, letterPlaces } from '../letters.ts';
import type { Evidence } from './evidence.ts';

/** A letter that an enrollment sends, with its lines and its arrivals. */
export type Letter = {
  enrollment: EnrollmentFact;
  stepId: 'first' | 'second';
  email: string;
  lines: LineFact[];
  receipts: Receipt[];
};

export function lettersOf({ history, facts }: Evidence): Letter[] {
  const arrived = Map.groupBy(history.mails, ({ body }) => body);
  return facts.enrollments
    .filter(({ organization_id: organization }) => organization === String(letterOrganization))
    .flatMap((enrollment) =>
      (['first', 'second'] as const).map((stepId) => ({
        enrollment,
        stepId,
        email: enrollment.contact.email ?? '',
        lines: (facts.lines.get(enrollment.id) ?? []).filter(({ step_index }) => step_index === letterPlaces[stepId]),
        receipts: arrived.get(`${enrollment.lead_ref} ${stepId}`) ?? [],
      })),
    );
}

export const nameOf = ({ enrollment, stepId }: Letter) => `the ${stepId} letter of enrollment ${enrollment.id}`;
