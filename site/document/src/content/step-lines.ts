import { type StepTypeInfo, stepTypes } from '@drippulse/engine';
import { table } from './regions.ts';

/** Returns a section for each step type of the engine's catalog: purpose, parameters, outputs, and a valid example. */
export function stepLines(): string[] {
  return stepTypes.flatMap((stepType, index) => [...(index === 0 ? [] : ['']), ...sectionOf(stepType)]);
}

function sectionOf({
  type,
  label,
  description,
  fields,
  outputs,
  sideEffects,
  requires,
  example,
}: StepTypeInfo): string[] {
  const facts = [
    sideEffects ? 'Reaches outside: a test run and a test key describe it and do nothing.' : '',
    requires === undefined
      ? ''
      : `Needs the service of ${requires}: in an installation without it the step fails, and \`on_error\` decides.`,
    outputs.length > 0 ? `Adds to the data: ${outputs.map((name) => `\`${name}\``).join(', ')}.` : '',
  ].filter((fact) => fact !== '');
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    field.options.length > 0 ? field.options.map((option) => `\`${option}\``).join(' ') : field.type,
    field.required ? 'required' : field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
    field.help,
  ]);
  return [
    // The id of the heading is the step type, so that an error can link to it.
    `### ${type}`,
    '',
    `**${label}.** ${[description, ...facts].join(' ')}`,
    ...(rows.length === 0 ? [] : ['', ...table(['parameter', 'type', 'default', 'meaning'], rows)]),
    '',
    '```json step',
    ...JSON.stringify(example, null, 2).split('\n'),
    '```',
  ];
}
