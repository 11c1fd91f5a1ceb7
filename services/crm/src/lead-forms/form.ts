import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { LeadFormSchema } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { type Caller, type Mode, modeOf, modeToProto } from '@drippulse/rpc';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, LeadForms } from '../db/schema.ts';
import { timestampOf } from '../records/values.ts';
import { fieldToProto, parseFields } from './fields.ts';

export type FormRow = Selectable<LeadForms>;

/** Selects the forms of an organization that are not deleted. */
export function selectForms(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('lead_forms').where('organization_id', '=', organizationId).where('deleted_at', 'is', null);
}

export async function findForm(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<FormRow> {
  const row = await selectForms(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw formNotFound();
  return row;
}

/** Finds a form of an organization, and locks its row. */
export async function lockForm(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<FormRow> {
  const row = await selectForms(trx, organizationId).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw formNotFound();
  return row;
}

/** Finds the mode of a form of the caller's organization; undefined for an unknown id. */
export async function findMode(db: Kysely<DB>, { organizationId }: Caller, id: unknown): Promise<Mode | undefined> {
  const row = await selectForms(db, organizationId)
    .select('mode')
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

/** Finds the active form with this token. */
export async function findPublicForm(db: Kysely<DB>, token: string): Promise<FormRow> {
  const row = await db
    .selectFrom('lead_forms')
    .selectAll()
    .where('token', '=', token)
    .where('deleted_at', 'is', null)
    .where('active', '=', true)
    .executeTakeFirst();
  if (row === undefined) throw formNotFound();
  return row;
}

export function publicPath({ token }: Pick<FormRow, 'token'>): string {
  return `/public/lead_forms/${token}`;
}

export function titleOf({ title, name }: Pick<FormRow, 'title' | 'name'>): string {
  return title ?? name;
}

export function leadFormToProto(row: FormRow): MessageInitShape<typeof LeadFormSchema> {
  return {
    id: row.id,
    name: row.name,
    token: row.token,
    publicPath: publicPath(row),
    title: titleOf(row),
    description: row.description ?? undefined,
    fields: parseFields(row.fields).map(fieldToProto),
    submitLabel: row.submit_label,
    thankYouText: row.thank_you_text,
    redirectUrl: row.redirect_url ?? undefined,
    source: row.source,
    workflowId: row.workflow_id ?? undefined,
    hcaptchaRequired: row.hcaptcha_required,
    active: row.active,
    mode: modeToProto(row.mode),
    submissionCount: row.submission_count,
    lastSubmittedAt: timestampOf(row.last_submitted_at),
    lastEnrollmentError: row.last_enrollment_error ?? undefined,
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}

/**
 * Creates the error for an unknown or deleted form, for a form of a different organization and, for visitors, for an
 * inactive form.
 */
function formNotFound(): DomainError {
  return new DomainError('not_found', 'lead_form_not_found', 'There is no such form.');
}
