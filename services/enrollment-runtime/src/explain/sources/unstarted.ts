import { type RawBuilder, sql } from 'kysely';
import { contactKeysOf } from '../../contacts/lock-contacts.ts';
import { digestOf } from '../../events/index.ts';
import type { Person } from '../person.ts';
import { cut } from '../window.ts';
import type { OfPerson } from './source.ts';

type Row = {
  at: Date;
  major: bigint;
  minor: bigint;
  event_name: string;
  event_id: string;
  reason: keyof typeof sentences;
};

/**
 * The reasons for which an event of the person did not start a workflow that listens to the event. Refusals of entry
 * have rows of their own.
 */
const sentences = {
  filter: 'The filter of the trigger does not accept the event',
  undecided: 'The filter of the trigger needs more work than a filter may do',
  paused: 'The workflow is paused',
  chain: 'The chain that the event belongs to has used up its budget',
};

/**
 * Workflows that events of the person did not start. The address and the reference of a person may both find an event,
 * so each row is selected once.
 */
export const unstarted: OfPerson = async (db, person, window) => {
  const { organizationId, workflowId } = person;
  const all = sql`
    select distinct event.accepted_at as at, refused.workflow_id as major, hashtextextended(event.event_id, 0) as minor,
      event.event_name, event.event_id, refused.reason
    from event_contacts as event
    join event_answers as answer using (organization_id, event_id, accepted_at)
    cross join lateral (
      select reason.key as reason, workflow.value::text::bigint as workflow_id
      from json_each(answer.answers -> 'not_started') as reason
      cross join lateral json_array_elements(reason.value) as workflow
    ) as refused
    where event.organization_id = ${organizationId} and event.contact_key = any(${digestsOf(person)}::uuid[])
      and refused.reason = any(${Object.keys(sentences)}::text[])
      ${ofWorkflow(workflowId)}`;
  const { rows } = await sql<Row>`${cut(all, window)}`.execute(db);
  return rows.map(({ at, major, minor, event_name: name, event_id: id, reason }) => ({
    ...{ at, major, minor, workflowId: major, enrollmentId: null, step: null },
    ...{ decision: 'refused', reason: reason === 'undecided' ? 'filter' : reason, rule: null, until: null },
    detail: `${sentences[reason]}: ${name} (${id})`,
  }));
};

function ofWorkflow(workflowId: bigint | undefined): RawBuilder<unknown> {
  return workflowId === undefined ? sql`` : sql`and refused.workflow_id = ${workflowId}`;
}

/** Returns the digests under which events of the person are stored: one for the address and one for the reference. */
function digestsOf({ organizationId, mode, email, leadRef }: Person): string[] {
  return contactKeysOf({ organizationId, mode, email: email ?? null, leadRef: leadRef ?? null }).map(digestOf);
}
