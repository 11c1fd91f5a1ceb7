import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { fieldRest } from '@drippulse/json';

const memberFields = new WeakMap<DescMessage, DescField[]>();

/**
 * Returns the ids of members of the organization that a request contains. Fields with such ids have the `ref` option.
 */
export function namedMembers<D extends DescMessage>(desc: D, request: MessageShape<D>): bigint[] {
  const values = request as Record<string, unknown>; // the descriptor lists the members of this message by name
  return memberFieldsOf(desc)
    .flatMap(({ localName }) => values[localName])
    .filter((id) => typeof id === 'bigint');
}

function memberFieldsOf(desc: DescMessage): DescField[] {
  let fields = memberFields.get(desc);
  if (fields === undefined) {
    fields = desc.fields.filter((field) => fieldRest(field).ref === 'identity.TeamMember');
    memberFields.set(desc, fields);
  }
  return fields;
}
