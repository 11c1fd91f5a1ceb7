import { type RawBuilder, sql } from 'kysely';
import { contactKeysOf } from '../../contacts/lock-contacts.ts';
import type { Decision } from '../answer.ts';
import { isOfPerson } from '../find-enrollments.ts';
import type { Person } from '../person.ts';
import { cut } from '../window.ts';
import type { OfPerson } from './source.ts';

type Row = {
  at: Date;
  major: bigint;
  minor: bigint;
  workflow_id: bigint;
  enrollment_id: bigint;
  step_id: string;
  status: string;
  decision: string | null;
  rule: string | null;
  reason: string | null;
  until: Date | null;
};

/**
 * Messages in the ledger that went to the person from enrollments of other people, such as a mail to a colleague, or
 * from removed enrollments. The timelines show the messages of the person's own enrollments, with all earlier lines
 * about them.
 */
export const sends: OfPerson = async (db, person, window) => {
  const { organizationId, workflowId } = person;
  const all = sql`
    select coalesce(decided_at, planned_at) as at, id as major, 0::bigint as minor, workflow_id, enrollment_id, step_id, status,
      decision, rule, reason, case when status = 'held' then due_at end as until
    from (${sql.join(byKeys(person), sql` union `)}) as send
    where organization_id = ${organizationId} and status in ('held', 'sent', 'failed', 'skipped')
      and not ${isOfPerson(person, 'send')}
      ${workflowId === undefined ? sql`` : sql`and workflow_id = ${workflowId}`}`;
  const { rows } = await sql<Row>`${cut(all, window)}`.execute(db);
  return rows.map(({ at, major, minor, ...row }) => ({
    ...{ at, major, minor, workflowId: row.workflow_id, enrollmentId: row.enrollment_id, step: { id: row.step_id } },
    ...{ decision: decisionOf(row), reason: reasonOf(row), rule: row.rule, until: row.until },
    detail: row.reason ?? (row.status === 'sent' ? 'Sent' : ''),
  }));
};

function byKeys({ organizationId, mode, email, leadRef }: Person): RawBuilder<unknown>[] {
  const keys = (known: { email: string | null; leadRef: string | null }) =>
    contactKeysOf({ organizationId, mode, ...known });
  const [address] = email === undefined ? [] : keys({ email: email.trim(), leadRef: null });
  const [reference] = leadRef === undefined ? [] : keys({ email: null, leadRef });
  return [
    ...(address === undefined ? [] : [sql`select ${columns} from sends where contact_key = ${address}`]),
    ...(reference === undefined ? [] : [sql`select ${columns} from sends where ref_key = ${reference}`]),
    sql`select ${columns} from sends where false`,
  ];
}

/** The selected columns. JSON columns are left out, because JSON has no equality, so a union with them fails. */
const columns = sql`
  id, organization_id, workflow_id, enrollment_id, step_id, status, decision, rule, reason, planned_at, decided_at, due_at`;

function decisionOf({ status, decision }: Pick<Row, 'status' | 'decision'>): Decision {
  if (status === 'sent' || status === 'held') return status;
  return decision === 'suppressed' ? 'suppressed' : 'skipped';
}

function reasonOf({ status, decision, rule, reason }: Pick<Row, 'status' | 'decision' | 'rule' | 'reason'>): string {
  if (status === 'failed') return 'failed';
  return decision === 'suppressed' ? suppressionReason(reason) : (rule ?? status);
}

/** Returns the word in parentheses at the end of a decision's sentence, such as `unsubscribe`. */
export function suppressionReason(sentence: string | null): string {
  return /\(([a-z]+)\)$/.exec(sentence ?? '')?.[1] ?? 'suppression';
}
