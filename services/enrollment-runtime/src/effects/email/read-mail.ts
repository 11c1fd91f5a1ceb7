import { DomainError } from '@drippulse/errors';
import type { Context } from '../../context.ts';
import { parseObject } from '../../enrollments/contact.ts';
import { findMail, type StoredMail } from '../../enrollments/find-mail.ts';
import type { EffectOutcome, SentAs } from '../effect-call.ts';
import { erasedRequest } from '../erased-request.ts';
import type { Body } from './footer.ts';

type Key = Parameters<typeof findMail>[1];

/** A message as it was or will be sent. */
export type ShownMail = Body & { row: StoredMail; from: string | undefined; replyTo: string | undefined };

/**
 * Reads a message with its content. The content is read from the effect's stored request, because every attempt sends
 * exactly this request.
 */
export async function readMail(ctx: Context, key: Key): Promise<ShownMail> {
  const row = await findMail(ctx.db.kysely, key);
  if (row.request === null || row.request === erasedRequest) throw notKept();
  const request = parseObject(row.request);
  const sent = sentAsOf(row.result);
  // Loaded with the first mail, because the module loads an HTML parser.
  const { showBody } = await import('./show-mail.ts');
  const asked = (name: string) =>
    typeof request[name] === 'string' && request[name] !== '' ? request[name] : undefined;
  return {
    row,
    ...showBody(request, sent, ctx.links.publicUrl),
    from: sent === undefined ? asked('from') : sent.from,
    replyTo: sent === undefined ? asked('reply_to') : sent.reply_to,
  };
}

/**
 * Reads `sentAs` from a result that this service stored as an outcome. The outcome of a mail that did not go out has no
 * `sentAs`.
 */
function sentAsOf(result: string | null): SentAs | undefined {
  return result === null ? undefined : (parseObject(result) as EffectOutcome).sentAs;
}

function notKept(): DomainError {
  const message = 'The content of the message was deleted: its person was erased, or its retention period has ended.';
  return new DomainError('failed_precondition', 'mail_not_kept', message);
}
