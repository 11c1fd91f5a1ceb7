import { type Kysely, sql } from 'kysely';

/**
 * Approvals that people decide. The run of a step's approval is parked under `request_key`; other services choose the
 * keys of the approvals that they request. A row is deleted `HISTORY_DAYS` after its end. An erasure empties the texts
 * about the person.
 */
export async function createApprovals(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table approvals (
      id bigint generated always as identity primary key,
      organization_id bigint not null,
      mode text not null check (mode in ('live', 'test')),
      kind text not null check (kind in ('step', 'agent_action', 'budget')),
      request_key text not null,
      workflow_id bigint,
      enrollment_id bigint,
      step_id text,
      step_name text,
      agent_id bigint,
      execution_id bigint,
      message text not null,
      -- Canonical JSON (RFC 8785), whose SHA-256 the binding is.
      preview json not null,
      binding text not null,
      edited_arguments json,
      edited_binding text,
      roles text[] not null,
      allow_api_keys boolean not null,
      can_edit_arguments boolean not null,
      status text not null default 'pending',
      decider_type text,
      decider_id text,
      decided_at timestamptz,
      comment text,
      -- Cause of the chain that its enrollment belongs to.
      cause text,
      -- Sequence of its last event.
      version bigint not null default 1,
      expires_at timestamptz not null,
      created_at timestamptz not null,
      -- When those who may decide were mailed.
      notified_at timestamptz,
      constraint approvals_organization_id_mode_request_key_key unique (organization_id, mode, request_key),
      constraint approvals_status_check check (status in ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
      constraint approvals_decided_at_check check ((status = 'pending') = (decided_at is null))
    )`.execute(db);
  await sql`create index approvals_organization_id_mode_id_idx on approvals (organization_id, mode, id)`.execute(db);
  await sql`
    create index approvals_organization_id_mode_pending_idx on approvals (organization_id, mode, id)
    where status = 'pending'`.execute(db);
  await sql`create index approvals_organization_id_workflow_id_idx on approvals (organization_id, workflow_id, id)`.execute(
    db,
  );
  await sql`create index approvals_enrollment_id_idx on approvals (enrollment_id)`.execute(db);
  // An erasure scans the approvals of an organization that belong to no enrollment; there are few of them.
  await sql`create index approvals_of_no_enrollment_idx on approvals (organization_id, id)
    where enrollment_id is null`.execute(db);
  // The indexes do not begin with the organization, because loops look across all organizations for rows that have
  // expired, must be mailed, or are old.
  await sql`create index approvals_expires_at_idx on approvals (expires_at) where status = 'pending'`.execute(db);
  await sql`
    create index approvals_unnotified_idx on approvals (organization_id, id)
    where notified_at is null and status = 'pending' and mode = 'live'`.execute(db);
  await sql`create index approvals_decided_at_idx on approvals (decided_at) where status <> 'pending'`.execute(db);
  // The time of the last mail to an organization about approvals.
  await sql`
    create table approval_notices (
      organization_id bigint primary key,
      sent_at timestamptz not null
    )`.execute(db);
}
