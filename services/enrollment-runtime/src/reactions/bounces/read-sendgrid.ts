import { DomainError } from '@drippulse/errors';
import { z } from 'zod';
import { messageIdIn, type Report, reasonIn } from './report.ts';

/** An event of SendGrid's webhook. Other members, and events of other kinds, are ignored. */
const eventSchema = z.object({
  event: z.string(),
  sg_event_id: z.string().min(1).max(200),
  'smtp-id': z.string(),
  reason: z.unknown().optional(),
  /** Set only for a bounce: `bounce`, or `blocked` when the failure may be transient. */
  type: z.string().optional(),
});

/**
 * Reads the events of SendGrid. The result has `undefined` at the position of an event that is not a report or does not
 * name a mail.
 */
export function readSendgridReports(body: unknown): (Report | undefined)[] {
  if (!Array.isArray(body)) throw new DomainError('malformed', 'not_an_array', 'The events must be an array.');
  return body.map((each) => {
    const { data } = eventSchema.safeParse(each);
    const kind = data && kindOf(data);
    const messageId = messageIdIn(data?.['smtp-id']);
    if (data === undefined || kind === undefined || messageId === undefined) return undefined;
    return { id: data.sg_event_id, kind, messageId, reason: reasonIn(data.reason) };
  });
}

function kindOf({ event, type }: z.infer<typeof eventSchema>): Report['kind'] | undefined {
  if (event === 'spamreport') return 'complaint';
  if (event === 'deferred') return 'soft_bounce';
  if (event !== 'bounce') return undefined;
  return type === 'blocked' ? 'soft_bounce' : 'hard_bounce';
}
