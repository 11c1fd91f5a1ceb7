import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { PostponedKind } from './postpone.ts';

const kinds: Readonly<Record<PostponedKind, true>> = {
  spread_event: true,
  judge_mail: true,
  release_held: true,
  drain_workflow: true,
  notify_approvals: true,
  notify_held: true,
};

/** Counts the items that wait for another try, by kind. */
export async function measurePostponements({ db, metrics }: Pick<Context, 'db' | 'metrics'>): Promise<void> {
  const { rows } = await sql<{ kind: string; count: number }>`
    select kind, count(*)::int as count from postponements group by kind`.execute(db.kysely);
  for (const kind of Object.keys(kinds)) metrics.postponed(kind, rows.find((row) => row.kind === kind)?.count ?? 0);
}
