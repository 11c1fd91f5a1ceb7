import { copyBuffer, startCopy } from '@drippulse/db/copy';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';
import type { ReadEvent } from './event.ts';

/** The reasons for which a workflow that listens to an event did not start. */
const reasons = ['filter', 'undecided', 'paused', 're_entry', 'holdout', 'quota', 'chain'] as const;
export type Reason = (typeof reasons)[number];

/** The consequences of an event. Ids of workflows and enrollments are JSON numbers. */
export type Answers = {
  started: [workflowId: number, enrollmentId: number][];
  resumed: [workflowId: number, enrollmentId: number, stepId: string][];
  /** Entries that wait for a quota. */
  held: [workflowId: number, heldEntryId: number, until: string][];
  /** The workflows that did not start, by reason. */
  notStarted: Partial<Record<Reason, number[]>>;
};

const answersSchema = z.object({
  started: z.array(z.tuple([z.number(), z.number()])).default([]),
  resumed: z.array(z.tuple([z.number(), z.number(), z.string()])).default([]),
  held: z.array(z.tuple([z.number(), z.number(), z.string()])).default([]),
  not_started: z.partialRecord(z.enum(reasons), z.array(z.number())).default({}),
});

/** The consequences of the events of one transaction, by the id of the event. */
export type Answering = Map<string, Answers>;

export function answersTo(answering: Answering, event: Pick<ReadEvent, 'id'>): Answers {
  const known = answering.get(event.id);
  if (known !== undefined) return known;
  const fresh: Answers = { started: [], resumed: [], held: [], notStarted: {} };
  answering.set(event.id, fresh);
  return fresh;
}

export function noteNotStarted(answering: Answering, event: ReadEvent, workflowId: bigint, reason: Reason): void {
  const { notStarted } = answersTo(answering, event);
  notStarted[reason] = [...(notStarted[reason] ?? []), Number(workflowId)];
}

const columns = {
  organization_id: 'int8',
  accepted_at: 'timestamptz',
  part: 'int4',
  event_id: 'text',
  mode: 'text',
  answers: 'json',
} as const;

/**
 * Stores the consequences that one transaction adds. An event without consequences, because nothing listens to it or
 * waits for it, gets no row.
 */
export async function storeAnswers(
  trx: Transaction<DB>,
  events: readonly ReadEvent[],
  answering: Answering,
  { at, part }: { at: Date; part: number },
): Promise<void> {
  const rows = startCopy(columns, { accepted_at: at, part });
  for (const { id, organizationId, mode } of events) {
    const answers = answering.get(id);
    if (answers === undefined) continue;
    const { started, resumed, held, notStarted } = answers;
    const text = JSON.stringify({
      ...(started.length > 0 && { started }),
      ...(resumed.length > 0 && { resumed }),
      ...(held.length > 0 && { held }),
      ...(Object.keys(notStarted).length > 0 && { not_started: notStarted }),
    });
    rows.add({ organization_id: organizationId, event_id: id, mode, answers: text });
  }
  await copyBuffer(trx, 'event_answers', rows);
}

export function readAnswers(text: string): Answers {
  const { not_started: notStarted, ...answers } = answersSchema.parse(JSON.parse(text));
  return { ...answers, notStarted };
}
