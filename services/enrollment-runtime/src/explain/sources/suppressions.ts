import { sql } from 'kysely';
import { findAddresses } from '../find-enrollments.ts';
import { cut } from '../window.ts';
import type { OfPerson } from './source.ts';

type Row = {
  at: Date;
  major: bigint;
  minor: bigint;
  email: string;
  category: string | null;
  reason: string;
  source: string;
};

/** Suppressions of the person's addresses: the requested address, and the addresses in the person's enrollments. */
export const suppressions: OfPerson = async (db, person, window) => {
  const { organizationId, mode, email } = person;
  const known = person.leadRef === undefined ? [] : await findAddresses(db, person, window);
  const addresses = new Set([...(email === undefined ? [] : [email.trim().toLowerCase()]), ...known]);
  const all = sql`
    select created_at as at, id as major, 0::bigint as minor, email, category, reason, source
    from suppressions
    where organization_id = ${organizationId} and mode = ${mode} and email = any(${[...addresses]}::text[])`;
  const { rows } = await sql<Row>`${cut(all, window)}`.execute(db);
  return rows.map(({ at, major, minor, email: address, category, reason, source }) => ({
    ...{ at, major, minor, workflowId: null, enrollmentId: null, step: null },
    ...{ decision: 'suppressed', reason, rule: null, until: null },
    detail: `${address} gets no mail${category === null ? '' : ` of the category ${category}`} from then on (${source})`,
  }));
};
