import type { Selectable } from 'kysely';
import type { Approvals } from '../db/schema.ts';

/** An approval as stored. Free-form JSON is stored as text. */
export type ApprovalRow = Selectable<Approvals>;
