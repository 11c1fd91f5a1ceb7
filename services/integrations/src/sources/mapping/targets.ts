import { type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { isHidden } from '@drippulse/json';
import { CreateCrmAccountRequestSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CreateCrmContactRequestSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CreateCrmLeadRequestSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';

/** A member of a record that a row can fill. */
export type Target = { name: string; isNumber: boolean };

/**
 * Members that rows cannot fill. Links and owners are ids of the platform, and the data source itself determines
 * `external_system`.
 */
const others = new Set(['owner_id', 'custom', 'external_system', 'company', 'contact_id', 'account_id']);

const requests: Readonly<Record<string, DescMessage>> = {
  leads: CreateCrmLeadRequestSchema,
  contacts: CreateCrmContactRequestSchema,
  accounts: CreateCrmAccountRequestSchema,
};

const known = new Map(Object.entries(requests).map(([name, desc]) => [name, targetsOf(desc)]));

function targetsOf(desc: DescMessage): Map<string, Target> {
  const fields = desc.fields.filter((field) => !isHidden(field) && !others.has(field.name));
  const isNumber = ({ scalar }: { scalar?: ScalarType | undefined }) =>
    scalar === ScalarType.DOUBLE || scalar === ScalarType.INT32 || scalar === ScalarType.INT64;
  return new Map(fields.map((field) => [field.name, { name: field.name, isNumber: isNumber(field) }]));
}

/** Returns the members that rows can fill, in addition to `custom.<key>`. */
export function membersOf(collection: string): ReadonlyMap<string, Target> {
  return known.get(collection) ?? new Map();
}

const customKey = /^custom\.[a-z][a-z0-9_]{0,63}$/;

export function findTarget(collection: string, name: string): Target | undefined {
  return customKey.test(name) ? { name, isNumber: false } : membersOf(collection).get(name);
}
