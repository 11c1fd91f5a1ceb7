import { objectOf } from '../json-value.ts';
import { config } from '../parameters.ts';
import { activityFields, compileFields, crmShape, crmTarget, pickFields } from './crm-fields.ts';
import { defineStep } from './define-step.ts';
import { describeCrm } from './describe-crm.ts';
import { policyOf } from './effect-policy.ts';

const fields = { ...activityFields, kind: activityFields.kind.unwrap().default('task').describe('What it is.') };

/** Creates an activity: a call, a task and the like. */
export const crmCreateActivityStep = defineStep({
  type: 'crm_create_activity',
  label: 'Create activity',
  category: 'action',
  description: 'Creates an activity about a record. A field whose template renders empty is left out.',
  outputs: ['activity'],
  config: config({ ...fields, ...crmShape }),
  example: {
    name: 'Follow up',
    config: { kind: 'call', subject: 'Call {{ first_name }}', lead_id: '{{ lead_ref }}' },
  },
  compile(config, { compiling }) {
    const target = crmTarget(config);
    const render = compileFields(pickFields(config, activityFields), compiling);
    return (scope) => ({ kind: 'effect', request: { ...target, fields: render(scope) } });
  },
  effect: {
    kind: 'crm_create_activity',
    shows: ['integration_id', 'fields'],
    policy: policyOf,
    stub(request) {
      const { kind, subject } = objectOf(request['fields']) ?? {};
      const about = subject === undefined ? '' : ` "${String(subject)}"`;
      return describeCrm(`create activity ${String(kind)}${about}`, 'activity', request);
    },
  },
});
