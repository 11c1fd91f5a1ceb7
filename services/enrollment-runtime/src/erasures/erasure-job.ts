import type { Sealer } from '@drippulse/db';
import { z } from 'zod';

export const erasureJobs = 'erasure';

const inputSchema = z.object({ contact_id: z.string(), refs: z.array(z.string()), emails: z.string().nullable() });

/** The person to erase: ids of the contact and of its leads, and addresses in lower case. */
export type ErasureInput = { contactId: string; refs: string[]; emails: string[] };

const placeSchema = z.object({ pass: z.int(), workflow_id: z.string(), enrollment_id: z.string() });

/** The position after which the next slice continues, and the number of passes done. */
export type ErasurePlace = { pass: number; workflowId: bigint; enrollmentId: bigint };

/** Packs the input of a job. The addresses are sealed while the job runs, and deleted when it ends. */
export function packErasureInput(sealer: Sealer, { contactId, refs, emails }: ErasureInput): string {
  const sealed = sealer.seal(Buffer.from(JSON.stringify(emails)), contextOf(contactId)).toString('base64');
  return JSON.stringify({ contact_id: contactId, refs, emails: emails.length === 0 ? null : sealed });
}

export function readErasureInput(sealer: Sealer, json: string): ErasureInput {
  const { contact_id: contactId, refs, emails } = inputSchema.parse(JSON.parse(json));
  const opened = emails === null ? '[]' : sealer.open(Buffer.from(emails, 'base64'), contextOf(contactId)).toString();
  return { contactId, refs, emails: JSON.parse(opened) };
}

function contextOf(contactId: string): string {
  return `erasure:${contactId}`;
}

export function readErasurePlace(json: string | null): ErasurePlace {
  if (json === null) return { pass: 0, workflowId: 0n, enrollmentId: 0n };
  const { pass, workflow_id, enrollment_id } = placeSchema.parse(JSON.parse(json));
  return { pass, workflowId: BigInt(workflow_id), enrollmentId: BigInt(enrollment_id) };
}

export function packErasurePlace({ pass, workflowId, enrollmentId }: ErasurePlace): string {
  return JSON.stringify({ pass, workflow_id: String(workflowId), enrollment_id: String(enrollmentId) });
}
