import { objectOf } from '../json-value.ts';
import { choice, config, jsonObjectTemplate, mostIssues, template } from '../parameters.ts';
import { StepFailure } from '../step-failure.ts';
import { compileText } from '../templates/template.ts';
import { changeableFields, compileFields, crmShape, crmTarget, type RecordType, recordTypes } from './crm-fields.ts';
import { defineStep } from './define-step.ts';
import { describeCrm } from './describe-crm.ts';
import { policyOf } from './effect-policy.ts';

const updateRecordConfig = config({
  record_type: choice(recordTypes).describe('Type of the record.'),
  record_id: template().min(1).describe('Record to change, by UUID or public id.'),
  fields: jsonObjectTemplate().describe('What changes, by name of the field; null clears it.'),
  ...crmShape,
}).superRefine(({ record_type: type, fields }, context) => {
  const names = Object.keys(fields);
  if (names.length === 0)
    context.addIssue({ code: 'custom', path: ['fields'], message: 'must not be empty', params: { code: 'required' } });
  for (const name of names) {
    if (context.issues.length >= mostIssues) break;
    if (changeableFields[type].includes(name)) continue;
    const message = `is not a field of a record of type ${type} that can be changed`;
    context.addIssue({ code: 'custom', path: ['fields', name], message, params: { code: 'unknown_member' } });
  }
});

/** Changes fields of a record. */
export const crmUpdateRecordStep = defineStep({
  type: 'crm_update_record',
  label: 'Update record',
  category: 'action',
  description: 'Changes fields of a record. A field whose template renders empty stays as it is.',
  outputs: [...recordTypes],
  config: updateRecordConfig,
  example: {
    name: 'Qualify',
    config: { record_type: 'lead', record_id: '{{ lead_ref }}', fields: { status: 'qualified', score: '{{ score }}' } },
  },
  compile(config, { compiling }) {
    const target = { ...crmTarget(config), record_type: config.record_type };
    const id = compileText(config.record_id, compiling);
    const render = compileFields(config.fields, compiling);
    return (scope) => {
      const recordId = id(scope).trim();
      if (recordId === '') throw new StepFailure('record_id is empty: there is no record to change');
      const fields = render(scope);
      if (Object.keys(fields).length === 0) return { kind: 'skipped', reason: 'every field is empty' };
      return { kind: 'effect', request: { ...target, record_id: recordId, fields } };
    };
  },
  effect: {
    kind: 'crm_update_record',
    shows: ['integration_id', 'record_type', 'record_id', 'fields'],
    policy: policyOf,
    stub(request) {
      const type = recordTypeOf(String(request['record_type']));
      const names = Object.keys(objectOf(request['fields']) ?? {}).join(', ');
      return describeCrm(`update ${type} ${String(request['record_id'])}: ${names}`, type, request);
    },
  },
});

/** Returns the record type in a request that this step rendered. */
function recordTypeOf(text: string): RecordType {
  const type = recordTypes.find((known) => known === text);
  if (type === undefined) throw new Error(`there are no records of type ${text}`);
  return type;
}
