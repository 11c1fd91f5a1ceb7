import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { lockFreeMails } from '../find-mail.ts';
import type { Mail } from '../mail.ts';
import { judgeHits, settledMs } from './judge.ts';
import { storeJudgements } from './judge-slice.ts';
import { readHits } from './read-hits.ts';

const mailsAtOnce = 100;
const busyTries = 50;
const busyMs = 100;

/** The changes that new rules made. */
export type Reclassified = { mails: number; hits: number; changedHits: number; changedMails: number };

/**
 * Judges all hits after a given time by the rules of this version, and corrects the recorded times of first open and
 * first click. It raises no reactions, because a new verdict on a hit of last month must not cause a webhook or a run
 * today. Mails that were sent before `keptDays` keep their times if their hits were deleted. The function may be
 * repeated and interrupted, and may run while the services run.
 */
export async function reclassify(
  db: Kysely<DB>,
  { since, keptDays, onSlice }: { since: Date; keptDays: number; onSlice?(done: Reclassified): void },
): Promise<Reclassified> {
  const done = { mails: 0, hits: 0, changedHits: 0, changedMails: 0 };
  let after = 0n;
  for (;;) {
    const ids = await nextMails(db, since, after);
    const last = ids.at(-1);
    if (last === undefined) return done;
    after = last;
    await inSlices(db, ids, async (trx, mails) => {
      const judged = await judgeAgain(trx, mails, since);
      done.mails += mails.length;
      done.hits += judged.hits;
      done.changedHits += judged.changed;
      done.changedMails += await recount(trx, mails, keptDays);
    });
    onSlice?.(done);
  }
}

async function nextMails(db: Kysely<DB>, since: Date, after: bigint): Promise<bigint[]> {
  const { rows } = await sql<{ delivery_id: bigint }>`
    select distinct delivery_id from hits
    where at >= ${since} and delivery_id > ${after} and kind in ('open', 'click')
    order by delivery_id limit ${sql.lit(mailsAtOnce)}`.execute(db);
  return rows.map((row) => row.delivery_id);
}

/** Processes mails in slices. A locked mail is processed after its lock is released. */
async function inSlices(
  db: Kysely<DB>,
  ids: readonly bigint[],
  work: (trx: Transaction<DB>, mails: readonly Mail[]) => Promise<void>,
): Promise<void> {
  const waiting = new Set(ids);
  for (let tries = 0; waiting.size > 0; tries += 1) {
    if (tries === busyTries) throw new Error(`${waiting.size} mails are locked by others: start it again`);
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, busyMs));
    const mails = await db.transaction().execute(async (trx) => {
      const free = await lockFreeMails(trx, [...waiting]);
      await work(trx, free);
      return free;
    });
    for (const { id } of mails) waiting.delete(id);
  }
}

async function judgeAgain(trx: Transaction<DB>, mails: readonly Mail[], since: Date) {
  const hits = await readHits(
    trx,
    mails.map(({ id }) => id),
    new Date(since.getTime() - settledMs),
  );
  const judged = mails.flatMap((mail) => {
    const own = hits.get(mail.id) ?? [];
    const judgements = judgeHits(mail, own);
    return own.flatMap((hit, index) => {
      const judgement = judgements[index];
      return judgement === undefined || hit.verdict === null || hit.at < since ? [] : [{ hit, judgement }];
    });
  });
  await storeJudgements(trx, judged);
  return {
    hits: judged.length,
    changed: judged.filter(({ hit, judgement }) => hit.verdict !== judgement.verdict).length,
  };
}

async function recount(trx: Transaction<DB>, mails: readonly Mail[], keptDays: number): Promise<number> {
  const ids = mails.map(({ id }) => id);
  const { numAffectedRows = 0n } = await sql`
    update deliveries set opened_at = counted.opened_at, clicked_at = counted.clicked_at
    from (
      select mail.id,
        (select min(at) from hits where delivery_id = mail.id and kind = 'open' and verdict = 'human') as opened_at,
        (select min(at) from hits where delivery_id = mail.id and kind = 'click' and verdict = 'human') as clicked_at
      from unnest(${ids}::bigint[]) as mail (id)
    ) as counted
    where deliveries.id = counted.id and deliveries.sent_at >= now() - ${keptDays} * interval '1 day'
      and (deliveries.opened_at, deliveries.clicked_at) is distinct from (counted.opened_at, counted.clicked_at)`.execute(
    trx,
  );
  return Number(numAffectedRows);
}
