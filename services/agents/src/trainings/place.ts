import { z } from 'zod';

/** Where a training is: reading records from a cursor of the CRM, or fitting what it has read. */
const shape = z.object({
  phase: z.enum(['read', 'fit']),
  cursor: z.string(),
  records: z.number(),
});

export type TrainingPlace = z.output<typeof shape>;

export function readPlace(cursor: string | null): TrainingPlace {
  return cursor === null ? { phase: 'read', cursor: '', records: 0 } : shape.parse(JSON.parse(cursor));
}
