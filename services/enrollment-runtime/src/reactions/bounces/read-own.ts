import { DomainError } from '@drippulse/errors';
import { z } from 'zod';
import { messageIdIn, type Report, reasonIn } from './report.ts';

const schema = z.object({
  type: z.enum(['bounce', 'complaint']),
  bounce_type: z.enum(['hard', 'soft']).default('hard'),
  message_id: z.string(),
  reason: z.unknown().optional(),
});

/** Reads the report of a mail server in the platform's own form. `id` is the signed id of the webhook. */
export function readOwnReport(id: string, body: unknown): Report {
  const read = schema.safeParse(body);
  const messageId = messageIdIn(read.data?.message_id);
  if (!read.success || messageId === undefined) {
    const violations = (read.error?.issues ?? []).map(({ path, message }) => ({ field: path.join('.'), message }));
    const field = { field: 'message_id', message: 'must be a Message-ID' };
    throw new DomainError('invalid', 'validation_failed', 'The report was refused.', {
      violations: violations.length > 0 ? violations : [field],
    });
  }
  const { type, bounce_type: bounceType, reason } = read.data;
  const kind = type === 'complaint' ? 'complaint' : (`${bounceType}_bounce` as const);
  return { id, kind, messageId, reason: reasonIn(reason) };
}
