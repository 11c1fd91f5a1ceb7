import type { JsonObject } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import { config } from '../parameters.ts';
import { StepFailure } from '../step-failure.ts';
import { compileFields, crmShape, crmTarget, leadFields, pickFields } from './crm-fields.ts';
import { defineStep } from './define-step.ts';
import { describeCrm } from './describe-crm.ts';
import { policyOf } from './effect-policy.ts';

/** Fields that identify a lead; at least one of them is required. The first field with a value names the lead. */
const knownBy = ['email', 'last_name', 'first_name', 'company_name', 'phone'] as const;
const nothingKnown = `a lead needs one of ${knownBy.join(', ')}`;

const createLeadConfig = config({ ...leadFields, ...crmShape }).refine(
  (lead) => knownBy.some((name) => lead[name] !== undefined && lead[name] !== ''),
  { path: ['email'], message: `or one of ${knownBy.slice(1).join(', ')} is required`, params: { code: 'required' } },
);

/** Creates a lead. */
export const crmCreateLeadStep = defineStep({
  type: 'crm_create_lead',
  label: 'Create lead',
  category: 'action',
  description: 'Creates a lead. A field whose template renders empty is left out.',
  outputs: ['lead'],
  config: createLeadConfig,
  example: {
    name: 'Keep the lead',
    config: { email: '{{ email }}', first_name: '{{ first_name }}', source: 'webinar' },
  },
  compile(config, { compiling }) {
    const target = crmTarget(config);
    const render = compileFields(pickFields(config, leadFields), compiling);
    return (scope) => {
      const fields = render(scope);
      if (nameOf(fields) === undefined) throw new StepFailure(nothingKnown);
      return { kind: 'effect', request: { ...target, fields } };
    };
  },
  effect: {
    kind: 'crm_create_lead',
    shows: ['integration_id', 'fields'],
    policy: policyOf,
    stub: (request) =>
      describeCrm(`create lead ${nameOf(objectOf(request['fields']) ?? {}) ?? ''}`.trim(), 'lead', request),
  },
});

function nameOf(fields: JsonObject): string | undefined {
  const known = knownBy.map((name) => fields[name]).find((value) => typeof value === 'string' && value !== '');
  return typeof known === 'string' ? known : undefined;
}
