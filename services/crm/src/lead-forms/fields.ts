import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import {
  type LeadFormField,
  type LeadFormFieldSchema,
  LeadFormFieldTypeSchema,
} from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { isFieldKey } from '../custom-fields/rules.ts';
import { enumTexts } from '../enum-texts.ts';

/** A field of a form as it is stored. */
export type FormField = { name: string; label: string; type: string; required: boolean; options: string[] };

const fieldTypes = enumTexts(LeadFormFieldTypeSchema);
const maxFields = 50;
const maxOptions = 200;
const maxLabelLength = 255;

/** Labels of the lead columns that a form can have as fields. */
const labels: ReadonlyMap<string, string> = new Map([
  ['email', 'Email'],
  ['first_name', 'First name'],
  ['last_name', 'Last name'],
  ['company_name', 'Company'],
  ['title', 'Position'],
  ['phone', 'Phone'],
]);

const customPrefix = 'custom.';

const plain = { required: false, options: [] };

/** Default fields of a form. */
export const defaultFields: readonly FormField[] = [
  { name: 'first_name', label: 'First name', type: 'text', ...plain },
  { name: 'last_name', label: 'Last name', type: 'text', ...plain },
  { name: 'email', label: 'Email', type: 'email', required: true, options: [] },
  { name: 'company_name', label: 'Company', type: 'text', ...plain },
];

export function readFields(fields: readonly LeadFormField[]): FormField[] {
  return fields.map(({ name, label, type, required = false, options }) => ({
    name,
    label: label ?? labels.get(name) ?? name.replace(/^custom\./, '').replaceAll('_', ' '),
    type: fieldTypes.textOf(type) ?? (name === 'email' ? 'email' : 'text'),
    required,
    options,
  }));
}

/** Returns the violations of the fields of a form. */
export function checkFields(fields: readonly FormField[]): Violation[] {
  if (fields.length === 0 || fields.length > maxFields) {
    return [{ field: 'fields', message: `must be 1 to ${maxFields} fields`, code: 'length' }];
  }
  const names = fields.map(({ name }) => name);
  const violations = fields.flatMap((field, index) => {
    const problems = checkField(field);
    if (names.indexOf(field.name) !== index)
      problems.push({ field: 'name', message: 'is the name of another field', code: 'duplicate' });
    return problems.map(({ field: member, ...problem }) => ({ field: `fields.${index}.${member}`, ...problem }));
  });
  const isKnown = ['email', 'first_name', 'last_name', 'company_name', 'phone'].some((name) => names.includes(name));
  if (!isKnown) {
    const message =
      'must have one of email, first_name, last_name, company_name, phone, so that the lead can be identified';
    violations.push({ field: 'fields', message, code: 'required' });
  }
  return violations;
}

function checkField({ name, label, type, options }: FormField): Violation[] {
  const violations: Violation[] = [];
  const isCustom = name.startsWith(customPrefix) && isFieldKey(name.slice(customPrefix.length));
  if (!labels.has(name) && !isCustom) {
    const message = `must be one of ${[...labels.keys()].join(', ')}, or custom. and a key`;
    violations.push({ field: 'name', message, code: 'enum', allowed: [...labels.keys()] });
  }
  if (label.trim() === '' || label.length > maxLabelLength) {
    violations.push({ field: 'label', message: `must be 1 to ${maxLabelLength} characters`, code: 'length' });
  }
  const isWrong = type === 'select' ? options.length === 0 || options.length > maxOptions : options.length > 0;
  if (isWrong) {
    const message = type === 'select' ? `must be 1 to ${maxOptions}` : 'are only for fields of type select';
    violations.push({ field: 'options', message, code: type === 'select' ? 'length' : 'not_allowed' });
  }
  return violations;
}

/** Reads stored fields. */
export function parseFields(text: string): FormField[] {
  return JSON.parse(text);
}

export function fieldToProto(field: FormField): MessageInitShape<typeof LeadFormFieldSchema> {
  return { ...field, type: fieldTypes.numberOf(field.type) };
}
