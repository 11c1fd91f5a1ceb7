import { sql } from 'kysely';
import type { Context } from '../context.ts';

/** The name of a workflow or agent in charts. Of two names, the one with the higher `sequence` is newer. */
export type Named = { organizationId: bigint; noun: 'workflow' | 'agent'; id: bigint; name: string; sequence: bigint };

/** Stores the newest name of each workflow and agent. */
export async function storeNames(ctx: Context, names: readonly Named[]): Promise<void> {
  // A statement can change a row only once, so only the newest name of each workflow or agent is kept.
  const newest = [
    ...new Map(names.map((named) => [`${named.noun} ${named.organizationId} ${named.id}`, named])).values(),
  ];
  if (newest.length === 0) return;
  await sql`
    insert into names as kept (organization_id, noun, id, name, sequence)
    select * from unnest(
      ${newest.map(({ organizationId }) => organizationId)}::bigint[], ${newest.map(({ noun }) => noun)}::text[],
      ${newest.map(({ id }) => id)}::bigint[], ${newest.map(({ name }) => name)}::text[],
      ${newest.map(({ sequence }) => sequence)}::bigint[])
      as named (organization_id, noun, id, name, sequence)
    order by 1, 2, 3
    on conflict (organization_id, noun, id) do update set name = excluded.name, sequence = excluded.sequence
    where kept.sequence < excluded.sequence`.execute(ctx.db.kysely);
}
