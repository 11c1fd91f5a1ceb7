import type { FormField } from '../lead-forms/fields.ts';
import type { Answers, Goal } from './answers.ts';
import { type PlannedStep, stepsOf } from './workflow-steps.ts';

/** Operation of a plan, with everything that its execution needs. */
export type Operation =
  | { key: 'pipeline'; kind: 'ensure_default_pipeline'; name: string }
  | { key: 'pipeline'; kind: 'create_pipeline'; name: string; stages: string[] }
  | { key: 'connection'; kind: 'check_connection'; name: string }
  | { key: 'workflow'; kind: 'create_workflow'; name: string; description: string; steps: PlannedStep[] }
  | {
      key: 'form';
      kind: 'create_lead_form';
      name: string;
      description: string | null;
      fields: FormField[];
      hcaptcha_required: boolean;
    };

const descriptions: Readonly<Record<Goal, string>> = {
  intake: 'Each new lead gets a task to follow up.',
  qualification: 'Each new lead is marked as qualified or unqualified.',
  routing: 'Each new lead gets an owner.',
  nurture: 'Each new lead gets a series of mails.',
};

/**
 * Returns the operations of a plan, in the order of their execution, because a form needs its workflow. The same goal
 * and answers always give the same operations.
 */
export function planOperations(goal: Goal, answers: Answers): Operation[] {
  const { form, pipeline, slack, workflowName } = answers;
  return [
    pipeline === undefined
      ? { key: 'pipeline', kind: 'ensure_default_pipeline', name: 'Default' }
      : { key: 'pipeline', kind: 'create_pipeline', ...pipeline },
    ...(slack === undefined
      ? []
      : [{ key: 'connection', kind: 'check_connection', name: `slack: ${slack.connectionKey}` } as const]),
    {
      key: 'workflow',
      kind: 'create_workflow',
      name: workflowName,
      description: descriptions[goal],
      steps: stepsOf(goal, answers),
    },
    ...(form === undefined
      ? []
      : [
          {
            key: 'form',
            kind: 'create_lead_form',
            name: form.name,
            description: form.description,
            fields: form.fields,
            hcaptcha_required: form.hcaptchaRequired,
          } as const,
        ]),
  ];
}

/** Returns the lines that describe an operation's resource. */
export function detailsOf(operation: Operation): string[] {
  switch (operation.kind) {
    case 'create_pipeline':
      return operation.stages.length === 0 ? [] : [...operation.stages, 'Won', 'Lost'];
    case 'create_workflow':
      return operation.steps.map(({ name }) => name);
    case 'create_lead_form':
      return operation.fields.map(({ label }) => label);
    default:
      return [];
  }
}
