import type { Selectable } from 'kysely';
import type { Approvals } from '../db/schema.ts';

/** An approval as stored. Free JSON is text. */
export type ApprovalRow = Selectable<Approvals>;
