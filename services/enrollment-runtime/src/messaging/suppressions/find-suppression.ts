import type { SendRequest } from '../send-request.ts';

export type SuppressionReason = 'unsubscribe' | 'bounce' | 'complaint' | 'manual';

/** A suppression that applies to the address of a send. */
export type Suppressing = { category: string | null; reason: SuppressionReason };

/**
 * Returns the suppression that stops a send. A suppression of a category stops only that category. Unsubscribes do not
 * stop transactional sends, but every other suppression does.
 */
export function stoppedBy(
  { class: name, category }: Pick<SendRequest, 'class' | 'category'>,
  suppressions: readonly Suppressing[],
): Suppressing | undefined {
  return suppressions.find(
    (one) =>
      (one.category === null || one.category === category) &&
      !(name === 'transactional' && one.reason === 'unsubscribe'),
  );
}
