import { DomainError } from '@drippulse/errors';
import type { Kysely, Selectable } from 'kysely';
import type { DB, ModelOverruns } from '../db/schema.ts';

export type OverrunRow = Selectable<ModelOverruns>;

/** Finds models with an unacknowledged overrun: their calls cost the organization more than the reserved maximum. */
export async function findOverruns(db: Kysely<DB>, organizationId: bigint): Promise<OverrunRow[]> {
  return db
    .selectFrom('model_overruns')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('acknowledged_at', 'is', null)
    .orderBy('model')
    .limit(100)
    .execute();
}

/**
 * Builds the refusal of a model with an overrun. The model is refused so that a person notices a provider that charges
 * more than its prices allow.
 */
export function modelOverrun(model: string): DomainError {
  const message = `A call of ${model} cost more than its price allows. Further calls are refused until an administrator acknowledges this.`;
  return new DomainError('failed_precondition', 'model_overrun', message);
}
