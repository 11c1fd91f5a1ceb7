import { isInfrastructureError, retryConflicts } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import { lockContacts } from '../../contacts/lock-contacts.ts';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { isPostponed, postponing, recovered } from '../../postponements/index.ts';
import { contactKeysOfMail } from '../contact-of-mail.ts';
import { findMails, lockFreeMails } from '../find-mail.ts';
import type { Mail } from '../mail.ts';
import { type Reaction, raiseReactions } from '../raise-reactions.ts';
import { type Judgement, judgeHits, rulesVersion, settledMs } from './judge.ts';
import { readHits, type StoredHit } from './read-hits.ts';

const kind = 'judge_mail';
const mailsAtOnce = 100;
/** Time before a hit, in milliseconds, in which other hits of the same mail may affect its verdict. */
const beforeMs = 3 * settledMs;

/** The time span of a slice. */
type Span = { from: Date; until: Date };

/**
 * Judges hits whose verdicts no later hit can change, for some mails. Counts the hits of people, and raises the
 * reactions of these people. The mails are locked, so several processes can judge at the same time and each reaction is
 * raised once. Returns the number of judged hits.
 */
export async function judgeSlice(ctx: Context): Promise<number> {
  const { ids, ...span } = await findUnjudged(ctx);
  const judged = await judgeApart(ctx, ids, span);
  if (judged > 0) {
    ctx.relay.wake();
    ctx.wake.advance();
  }
  return judged;
}

/**
 * Judges mails in one transaction. When the transaction fails, tries halves of the mails until the failing mail is
 * found. That mail is postponed, so that it delays no other mail.
 */
async function judgeApart(ctx: Context, ids: readonly bigint[], span: Span): Promise<number> {
  const [first, second] = ids;
  if (first === undefined) return 0;
  if (second === undefined) {
    return postponing(ctx, kind, {
      async run(named) {
        named(String(first));
        return judgeMails(ctx, ids, span);
      },
      otherwise: 0,
    });
  }
  try {
    const judged = await judgeMails(ctx, ids, span);
    await recovered(ctx.db.kysely, kind, ids.map(String));
    return judged;
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
  }
  const middle = Math.ceil(ids.length / 2);
  const left = await judgeApart(ctx, ids.slice(0, middle), span);
  return left + (await judgeApart(ctx, ids.slice(middle), span));
}

async function judgeMails(ctx: Context, ids: readonly bigint[], { from, until }: Span): Promise<number> {
  const judged = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      await lockContacts(trx, (await findMails(trx, ids)).flatMap(contactKeysOfMail));
      const mails = await lockFreeMails(trx, ids);
      const hits = await readHits(
        trx,
        mails.map(({ id }) => id),
        new Date(from.getTime() - beforeMs),
      );
      const all = mails.flatMap((mail) => judgeMail(mail, hits.get(mail.id) ?? [], until));
      await storeJudgements(trx, all);
      await count(ctx, trx, mails, all);
      return all;
    }),
  );
  for (const { judgement } of judged) ctx.metrics.hitJudged(judgement.verdict);
  return judged.length;
}

/** Finds mails with hits that can be judged, the time of the first such hit, and the latest time that can be judged. */
async function findUnjudged(ctx: Context) {
  const { rows } = await sql<{ ids: bigint[] | null; from: Date; until: Date }>`
    with settled as (select ${ctx.dbNow} - make_interval(secs => ${settledMs / 1000}) as until),
    oldest as (
      select delivery_id, at from hits
      where verdict is null and kind in ('open', 'click') and at <= (select until from settled)
        and not ${isPostponed(ctx, kind, sql`delivery_id::text`)}
      order by at limit ${sql.lit(mailsAtOnce)})
    select (select array_agg(distinct delivery_id) from oldest) as ids, (select min(at) from oldest) as from, until
    from settled`.execute(ctx.db.kysely);
  const [row] = rows;
  return { ids: row?.ids ?? [], from: row?.from ?? new Date(0), until: row?.until ?? new Date(0) };
}

type Judged = { mail: Mail; hit: StoredHit; judgement: Judgement };

/** Judges the hits of a mail, and returns the verdicts of hits that had no verdict. */
function judgeMail(mail: Mail, hits: readonly StoredHit[], until: Date): Judged[] {
  const judgements = judgeHits(mail, hits);
  return hits.flatMap((hit, index) => {
    const judgement = judgements[index];
    return judgement === undefined || hit.verdict !== null || hit.at > until ? [] : [{ mail, hit, judgement }];
  });
}

/** Stores verdicts, which replace earlier verdicts of the hits. */
export async function storeJudgements(
  trx: Transaction<DB>,
  judged: readonly { hit: StoredHit; judgement: Judgement }[],
): Promise<void> {
  if (judged.length === 0) return;
  const rows = judged.map(({ hit, judgement }) => ({ at: hit.at, id: String(hit.id), ...judgement }));
  await sql`
    update hits set verdict = judged.verdict, rules = ${rulesVersion},
      reasons = array(select json_array_elements_text(judged.reasons))
    from json_to_recordset(${JSON.stringify(rows)}::json) as judged (at timestamptz, id bigint, verdict text, reasons json)
    where hits.at = judged.at and hits.id = judged.id`.execute(trx);
}

/** Counts a person's first open, first click, and first click on each link. */
async function count(
  ctx: Context,
  trx: Transaction<DB>,
  mails: readonly Mail[],
  judged: readonly Judged[],
): Promise<void> {
  const human = judged.filter(({ judgement }) => judgement.verdict === 'human');
  if (human.length === 0) return;
  const known = await followedBefore(trx, human);
  const reactions = mails.flatMap((mail) => {
    const own = human.filter((one) => one.mail === mail).map(({ hit }) => hit);
    return [...openOf(mail, own), ...clicksOf(mail, own, known.get(mail.id) ?? new Set())];
  });
  const first = (kind: Reaction['kind']) =>
    reactions.flatMap(({ kind: own, mail, at }) => (own === kind ? [{ id: String(mail.id), at }] : []));
  await sql`
    update deliveries set opened_at = coalesce(opened_at, opened.at)
    from json_to_recordset(${JSON.stringify(first('opened'))}::json) as opened (id bigint, at timestamptz)
    where deliveries.id = opened.id`.execute(trx);
  await sql`
    update deliveries set clicked_at = coalesce(clicked_at, clicked.at)
    from (
      select id, min(at) as at from json_to_recordset(${JSON.stringify(first('clicked'))}::json) as one (id bigint, at timestamptz)
      group by id
    ) as clicked
    where deliveries.id = clicked.id`.execute(trx);
  await raiseReactions(ctx, trx, reactions);
}

/** Finds the links that people followed before, for mails with clicks. */
async function followedBefore(trx: Transaction<DB>, human: readonly Judged[]): Promise<Map<bigint, Set<string>>> {
  const clicked = human.filter(({ hit }) => hit.kind === 'click');
  const followed = new Map<bigint, Set<string>>();
  if (clicked.length === 0) return followed;
  const ids = [...new Set(clicked.map(({ mail }) => mail.id))];
  const own = new Set(clicked.map(({ hit }) => hit.id));
  const { rows } = await sql<{ delivery_id: bigint; id: bigint; url: string | null }>`
    select delivery_id, id, url from hits
    where delivery_id = any(${ids}::bigint[]) and kind = 'click' and verdict = 'human'`.execute(trx);
  for (const { delivery_id: mailId, id, url } of rows) {
    if (own.has(id)) continue;
    const urls = followed.get(mailId) ?? new Set();
    followed.set(mailId, urls.add(url ?? ''));
  }
  return followed;
}

function openOf(mail: Mail, hits: readonly StoredHit[]): Reaction[] {
  const [first] = hits.filter(({ kind }) => kind === 'open');
  return first === undefined || mail.openedAt !== null ? [] : [{ kind: 'opened', mail, at: first.at }];
}

function clicksOf(mail: Mail, hits: readonly StoredHit[], followed: ReadonlySet<string>): Reaction[] {
  const seen = new Set(followed);
  return hits.flatMap(({ kind, at, url }): Reaction[] => {
    if (kind !== 'click' || seen.has(url)) return [];
    seen.add(url);
    return [{ kind: 'clicked', mail, at, url }];
  });
}
