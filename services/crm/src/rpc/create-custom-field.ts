import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import {
  type CreateCrmCustomFieldRequest,
  CrmCustomFieldsService,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { customFieldToProto, fieldTypes } from '../custom-fields/rows.ts';
import { checkField } from '../custom-fields/rules.ts';
import type { DB } from '../db/schema.ts';
import { tables } from '../records/collection.ts';

const { createCrmCustomField: method } = CrmCustomFieldsService.method;

const maxFields = 200;

export async function createCrmCustomField(ctx: Context, request: CreateCrmCustomFieldRequest, call: HandlerContext) {
  const field = readRequest(request);
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await requireRoom(trx, organizationId, field.record_type);
    const now = ctx.clock.now();
    const row = await trx
      .insertInto('custom_fields')
      .values({ ...field, organization_id: organizationId, created_at: now, updated_at: now })
      .onConflict((conflict) => conflict.columns(['organization_id', 'record_type', 'key']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw taken();
    return { customField: customFieldToProto(row) };
  });
}

function readRequest(request: CreateCrmCustomFieldRequest) {
  const { recordType = '', key = '', options, required = false } = request;
  const type = fieldTypes.textOf(request.type) ?? 'text';
  const field = { record_type: recordType, key, label: request.label ?? key, type, options, required };
  const types = Object.keys(tables);
  refuseViolations([
    ...(types.includes(recordType)
      ? []
      : [
          {
            field: 'record_type',
            message: `must be one of ${types.join(', ')}`,
            code: 'enum' as const,
            allowed: [...types],
          },
        ]),
    ...checkField(field),
  ]);
  return field;
}

/** Refuses a further field beyond the limit. Two parallel creations wait for each other, so that the limit is exact. */
async function requireRoom(trx: Transaction<DB>, organizationId: bigint, recordType: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('custom_fields'), hashtext(${String(organizationId)}))`.execute(trx);
  const { count } = await trx
    .selectFrom('custom_fields')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('record_type', '=', recordType)
    .executeTakeFirstOrThrow();
  if (count < BigInt(maxFields)) return;
  const message = `This record type already has ${maxFields} custom fields, which is the maximum.`;
  throw new DomainError('failed_precondition', 'custom_field_limit_reached', message);
}

function taken(): DomainError {
  const violations: Violation[] = [
    { field: 'key', message: 'is used by another field of this record type', code: 'duplicate' },
  ];
  return new DomainError('already_exists', 'custom_field_taken', 'There is a custom field with this key.', {
    violations,
  });
}
