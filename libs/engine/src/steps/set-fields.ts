import { config, jsonObjectTemplate } from '../parameters.ts';
import { compileObject } from '../templates/json-template.ts';
import { defineStep } from './define-step.ts';

/** Adds fields to the run's data. */
export const setFieldsStep = defineStep({
  type: 'set_fields',
  label: 'Set fields',
  category: 'data',
  description: "Adds fields to the run's data, replacing those of the same name.",
  config: config({
    fields: jsonObjectTemplate().describe('Names and values; a value may be a template, whose text is then taken.'),
  }),
  example: { name: 'Build the full name', config: { fields: { full_name: '{{ first_name }} {{ last_name }}' } } },
  compile({ fields }, { compiling }) {
    const render = compileObject(fields, compiling);
    const message = `Set ${Object.keys(fields).join(', ') || 'nothing'}`;
    return (scope) => ({ kind: 'done', message, output: render(scope) });
  },
});
