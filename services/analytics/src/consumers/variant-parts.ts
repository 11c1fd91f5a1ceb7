import type { ConsumedEvent } from '@drippulse/events';
import type { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import type { Fact } from '../facts/fact.ts';
import { partId } from './event-place.ts';

/** Returns the facts of an enrollment or a mail, and a copy of each fact for every variant that the enrollment has. */
export function withVariants(
  { message: { variants } }: Pick<ConsumedEvent<typeof EnrollmentEventSchema>, 'message'>,
  facts: readonly Fact[],
): Fact[] {
  const parts = variants.flatMap((variant, index) =>
    facts.map((fact) => ({ ...fact, id: partId(fact.id, index + 1), variant })),
  );
  return [...facts, ...parts];
}
