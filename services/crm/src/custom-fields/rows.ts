import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import {
  type CrmCustomFieldSchema,
  CrmCustomFieldTypeSchema,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import type { Kysely, Selectable } from 'kysely';
import type { CustomFields, DB } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';

export type CustomFieldRow = Selectable<CustomFields>;

export const fieldTypes = enumTexts(CrmCustomFieldTypeSchema);

export function selectFields(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('custom_fields').selectAll().where('organization_id', '=', organizationId);
}

export function customFieldToProto(row: CustomFieldRow): MessageInitShape<typeof CrmCustomFieldSchema> {
  return {
    id: row.id,
    recordType: row.record_type,
    key: row.key,
    label: row.label,
    type: fieldTypes.numberOf(row.type),
    options: row.options,
    required: row.required,
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}

export function fieldNotFound(): DomainError {
  return new DomainError('not_found', 'custom_field_not_found', 'There is no custom field with this id.');
}
