import { retryConflicts } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { awaitInFlight, suppress } from '../../messaging/index.ts';
import { contactOfMail } from '../contact-of-mail.ts';
import { lockMail } from '../find-mail.ts';
import type { Mail } from '../mail.ts';
import { noteReport } from '../note-report.ts';
import { raiseReactions } from '../raise-reactions.ts';

/**
 * Suppresses the receiver of a mail, for all mails or for categories. The same transaction records the unsubscription
 * and raises the reaction. A repeat changes nothing, unless the suppression was lifted in the meantime. When the
 * function returns, no more mail goes to the receiver.
 */
export async function unsubscribe(
  ctx: Context,
  found: Mail,
  { categories, userAgent }: { categories: readonly string[] | 'all'; userAgent: string },
): Promise<void> {
  const isNew = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      const mail = await lockMail(trx, found);
      const email = mail && contactOfMail(mail).email;
      if (mail === undefined || !email) return false;
      const { organizationId, mode } = mail;
      let added = false;
      for (const category of categories === 'all' ? [null] : categories) {
        const isAdded = await suppress(trx, {
          organizationId,
          mode,
          email,
          channel: 'email',
          category,
          reason: 'unsubscribe',
          source: `delivery:${mail.id}`,
        });
        added ||= isAdded;
      }
      if (!added && (await hasUnsubscribed(trx, mail, detailOf(categories)))) return false;
      const { rows } = await sql<{ at: Date }>`select ${ctx.dbNow} as at`.execute(trx);
      const at = rows[0]?.at ?? ctx.clock.now();
      await noteReport(trx, mail, {
        kind: 'unsubscribe',
        at,
        userAgent,
        detail: detailOf(categories),
      });
      await raiseReactions(ctx, trx, [{ kind: 'unsubscribed', mail, at }]);
      return true;
    }),
  );
  const { email } = contactOfMail(found);
  if (email !== null) {
    // A mail that was permitted before may still be on its way.
    await awaitInFlight(ctx, [{ organizationId: found.organizationId, mode: found.mode, email }]);
  }
  if (!isNew) return;
  ctx.metrics.unsubscribed();
  ctx.relay.wake();
  ctx.wake.advance();
}

function detailOf(categories: readonly string[] | 'all'): string {
  return categories === 'all' ? 'all mails' : categories.join(', ');
}

async function hasUnsubscribed(trx: Transaction<DB>, mail: Mail, detail: string): Promise<boolean> {
  const row = await trx
    .selectFrom('hits')
    .select('id')
    .where('delivery_id', '=', mail.id)
    .where('kind', '=', 'unsubscribe')
    .where('detail', '=', detail)
    .executeTakeFirst();
  return row !== undefined;
}
