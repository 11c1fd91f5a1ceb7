import { z } from 'zod';

/** The progress of a training, which first reads records page by page from the CRM, and then fits a model to them. */
const shape = z.object({
  phase: z.enum(['read', 'fit']),
  cursor: z.string(),
  records: z.number(),
});

export type TrainingPlace = z.output<typeof shape>;

export function readPlace(cursor: string | null): TrainingPlace {
  return cursor === null ? { phase: 'read', cursor: '', records: 0 } : shape.parse(JSON.parse(cursor));
}
