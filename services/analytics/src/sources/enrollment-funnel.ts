import type { Context } from '../context.ts';
import { type Cell, number, type Page, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';

/** Reads the people currently on each step of a workflow, and the outcomes of the people who left the step. */
export async function enrollmentFunnel({ clients }: Context, { caller, parameters }: Reading): Promise<Table> {
  const { workflowId = 0n } = parameters;
  const { stepFunnel } = await clients.enrollments(caller).listEnrollments({ workflowId, limit: 1 });
  const steps = stepFunnel?.steps ?? [];
  const totals = stepFunnel?.totals;
  const outcomes: [string, bigint][] = [
    ['active', totals?.active ?? 0n],
    ['paused', totals?.paused ?? 0n],
    ['completed', totals?.completed ?? 0n],
    ['failed', totals?.failed ?? 0n],
    ['cancelled', totals?.cancelled ?? 0n],
    ['held_out', totals?.holdout ?? 0n],
    ...Object.entries(totals?.goals ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([goal, count]): [string, bigint] => [`goal: ${goal}`, count]),
  ];
  return {
    title: 'Enrollment funnel',
    columns: [
      text('kind', 'Kind'),
      number('step_number', 'Step'),
      text('name', 'Name'),
      text('type', 'Type'),
      number('people', 'People'),
      number('waiting', 'Waiting'),
    ],
    pages: onePage([
      ...steps.map((step): Cell[] => [
        'step',
        step.stepNumber,
        step.name,
        step.type,
        step.activeLeads,
        step.waitingLeads,
      ]),
      ...outcomes.map(([name, count]): Cell[] => ['outcome', null, name, null, count, null]),
    ]),
    chart: { label: 'name', value: 'people' },
  };
}

async function* onePage(rows: Cell[][]): AsyncGenerator<Page> {
  yield { rows, done: 1 };
}
