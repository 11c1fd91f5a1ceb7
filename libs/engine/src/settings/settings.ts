import { z } from 'zod';
import { ruleShape } from '../conditions/rule.ts';
import { choice, number, template } from '../parameters.ts';
import { durationProblem } from '../steps/span.ts';
import { marked } from '../template-places.ts';
import { unitMs, units } from '../time/spans.ts';

const mostGoals = 20;
const longestName = 100;
const longestSpan = { ms: 3_653 * unitMs.days, words: '10 years' };
/**
 * Maximum number of entries that a re-entry rule counts. It is limited because the entries are looked up for each
 * contact.
 */
const mostCounted = 1_000;

/** A length of time. */
const spanShape = { duration: number(z.number()), unit: choice(units) };

function checkSpan({ duration, unit }: z.output<z.ZodObject<typeof spanShape>>, context: z.RefinementCtx): void {
  const problem = durationProblem(duration, unit, longestSpan);
  if (problem) context.addIssue({ code: 'custom', path: ['duration'], message: problem, params: { code: 'range' } });
}

const span = z.object(spanShape).superRefine(checkSpan);

const goalShape = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(longestName)
      .refine((name) => !/\p{Cc}/u.test(name), {
        message: 'must have no control characters',
        params: { code: 'format' },
      }),
    event_name: z.string().min(1).max(100).optional(),
    match: ruleShape.match,
    conditions: ruleShape.conditions.optional(),
    window: span.optional(),
    action: choice(['count', 'exit', 'jump']).default('count'),
    go_to: z.string().min(1).optional(),
  })
  .superRefine(({ event_name, conditions, action, go_to }, context) => {
    const complain = (path: string, message: string, code: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { code } });
    if (event_name === undefined && conditions === undefined)
      complain('event_name', 'is required, or conditions', 'required');
    if (event_name !== undefined && conditions !== undefined)
      complain('conditions', 'and event_name exclude each other', 'not_allowed');
    if (action === 'jump' && go_to === undefined) complain('go_to', 'is required for a jump', 'required');
    if (action !== 'jump' && go_to !== undefined) complain('go_to', 'needs action jump', 'not_allowed');
  });

/** A goal may be as large as an event filter, because goals are tested as often as event filters. */
const goal = marked(goalShape, 'rule');

const reEntry = z
  .object({
    mode: choice(['always', 'never', 'after_exit', 'min_gap']).default('always'),
    min_gap: span.optional(),
    max_per: z
      .object({ count: number(z.int().min(1).max(mostCounted)), ...spanShape })
      .superRefine(checkSpan)
      .optional(),
    key: template().min(1).max(1_000).optional(),
    concurrent: number(z.int().min(1).max(mostCounted)).optional(),
  })
  .superRefine(({ mode, min_gap }, context) => {
    const complain = (message: string, code: string) =>
      context.addIssue({ code: 'custom', path: ['min_gap'], message, params: { code } });
    if (mode === 'min_gap' && min_gap === undefined) complain('is required for mode min_gap', 'required');
    if (mode !== 'min_gap' && min_gap !== undefined) complain('needs mode min_gap', 'not_allowed');
  });

/** The members of a workflow, besides its steps, that are part of its version. */
export const settingsSchema = z.object({
  goals: z.array(goal).max(mostGoals).optional(),
  re_entry: reEntry.optional(),
  holdout: z.object({ percent: number(z.number().min(0).max(100)) }).optional(),
  priority: number(z.int().min(0).max(100)).optional(),
  class: choice(['marketing', 'transactional']).optional(),
});

export const defaultPriority = 50;
export const defaultClass = 'marketing';

export type Goal = z.output<typeof goal>;
export type ReEntry = z.output<typeof reEntry>;
export type Span = z.output<typeof span>;

/** The settings of a version. Members with the default value are absent. */
export type Settings = z.output<typeof settingsSchema>;
