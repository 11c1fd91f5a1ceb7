import { type DescEnum, type DescField, getOption } from '@bufbuild/protobuf';
import { type FieldRest, field as fieldOption, Part } from '@drippulse/proto/drippulse/rest/v1/rest_pb';

const restOf = new WeakMap<DescField, FieldRest>();

/** Returns the REST options of a field; all zero if the proto has none. */
export function fieldRest(field: DescField): FieldRest {
  let rest = restOf.get(field);
  if (rest === undefined) {
    rest = getOption(field, fieldOption);
    restOf.set(field, rest);
  }
  return rest;
}

/** Whether a field is the update mask, which the codec fills and never shows. */
export function isMask(field: DescField): boolean {
  return field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask';
}

/** Whether a field is absent from JSON: the update mask, and the revision, which is in the ETag. */
export function isHidden(field: DescField): boolean {
  return isMask(field) || fieldRest(field).part === Part.REVISION;
}

/** Returns the short lower-case names of an enum by number, without the value that means "unset". */
export function enumNames(desc: DescEnum): Map<number, string> {
  const prefix = `${desc.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}_`;
  const names = new Map<number, string>();
  for (const value of desc.values) {
    if (value.number !== 0) names.set(value.number, value.name.slice(prefix.length).toLowerCase());
  }
  return names;
}
