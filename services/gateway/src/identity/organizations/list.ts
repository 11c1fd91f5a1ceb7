import type { Identity } from './connect.ts';

/** One organization of the installation. */
export type ListedOrganization = {
  id: bigint;
  slug: string;
  name: string;
  createdAt: Date;
  memberCount: bigint;
  isSuspended: boolean;
};

const pageSize = 500;

/** Lists every organization, oldest first, page by page. */
export async function* listOrganizations(identity: Identity): AsyncGenerator<ListedOrganization> {
  for (let after = 0n; ; ) {
    const rows = await readPageAfter(identity, after);
    for (const { created_at, member_count, suspended_at, ...row } of rows) {
      yield { ...row, createdAt: created_at, memberCount: member_count ?? 0n, isSuspended: suspended_at !== null };
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.id;
  }
}

function readPageAfter(identity: Identity, after: bigint) {
  return identity.kysely
    .selectFrom('organizations')
    .select(['id', 'slug', 'name', 'created_at', 'suspended_at'])
    .select((eb) =>
      eb
        .selectFrom('memberships')
        .select((count) => count.fn.countAll<bigint>().as('count'))
        .whereRef('memberships.organization_id', '=', 'organizations.id')
        .as('member_count'),
    )
    .where('id', '>', after)
    .orderBy('id')
    .limit(pageSize)
    .execute();
}
