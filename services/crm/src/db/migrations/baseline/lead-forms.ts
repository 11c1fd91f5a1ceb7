import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function createLeadForms(db: Kysely<unknown>): Promise<void> {
  await createForms(db);
  await createSubmissions(db);
}

async function createForms(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lead_forms (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      mode text not null constraint lead_forms_mode_check check (mode in ('live', 'test')),
      token text not null,
      name text not null,
      title text,
      description text,
      fields json not null,
      submit_label text not null,
      thank_you_text text not null,
      redirect_url text,
      source text not null,
      workflow_id bigint,
      hcaptcha_required boolean not null,
      active boolean not null,
      submission_count bigint not null default 0,
      last_submitted_at timestamptz,
      last_enrollment_error text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz
    )`.execute(db);
  // The index has no organization prefix, because a visitor has only the token.
  await sql`create unique index lead_forms_token_key on lead_forms (token)`.execute(db);
  // Each mode has its own index, because a list shows the forms of one mode and must not read forms of the other mode.
  for (const mode of ['live', 'test']) {
    await sql`
      create index ${sql.ref(`lead_forms_${mode}_organization_id_id_idx`)} on lead_forms (organization_id, id)
        where deleted_at is null and mode = ${sql.lit(mode)}`.execute(db);
  }
  await addRevision(db, 'lead_forms', { apart: ['submission_count', 'last_submitted_at', 'last_enrollment_error'] });
}

/**
 * Creates the table of submissions. A submission is stored as a hash of its id and content; the lead is the only copy
 * of the answers. `cause` names the chain of the submission, which the later enrollment continues.
 */
async function createSubmissions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lead_form_submissions (
      form_id bigint not null,
      submission_key bytea not null,
      organization_id bigint not null,
      id uuid not null,
      lead_id uuid,
      workflow_id bigint,
      cause text,
      enroll_at timestamptz,
      attempts integer not null default 0,
      created_at timestamptz not null,
      primary key (form_id, submission_key)
    )`.execute(db);
  await sql`create index lead_form_submissions_enroll_at_idx on lead_form_submissions (enroll_at)
    where enroll_at is not null`.execute(db);
  // A submission without a pending enrollment is deleted by age.
  await sql`create index lead_form_submissions_created_at_idx on lead_form_submissions (created_at)
    where enroll_at is null`.execute(db);
}
