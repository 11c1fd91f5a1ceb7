import type { MessageInitShape } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import type { CohortCountsSchema } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, type Routes } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { type ServiceName, servedBy } from '@drippulse/topology';
import type { Harness } from './harness.ts';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const step = (id: string, type: string, config = {}) => ({ id, name: `Step ${id}`, type, config });
const split = (weight: number) =>
  step('split', 'split', {
    variants: [{ name: 'A', weight }, { name: 'B' }],
  });

/** The versions of the workflow. Version 2 changes the weight of variant A. */
const versions = [1, 3].map((weight, index) => ({
  version: index + 1,
  steps: json([step('start', 'trigger'), split(weight), step('mail', 'email'), step('done', 'log')]),
  goals: json([{ name: 'bought' }]),
}));

/**
 * A workflows service in which organization 1 has workflow 12, now at version 1, and workflow 14, which has no goals.
 */
export const workflowsPeer: { name: ServiceName; routes: Routes } = {
  name: servedBy(WorkflowsService),
  routes: (router) =>
    router.service(WorkflowsService, {
      getWorkflow({ id }, call) {
        const isOwn = callerOf(call).organizationId === 1n && (id === 12n || id === 14n);
        if (!isOwn) throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
        return { workflow: { id, ...versions[0], ...(id === 14n && { goals: json([]) }) } };
      },
      async *listWorkflows({ projectId, cursor }, call) {
        const isOwn = callerOf(call).organizationId === 1n && projectId === 5n;
        const page = [12n, 13n].slice(Number(cursor ?? '0'), Number(cursor ?? '0') + 1);
        if (isOwn) yield { workflows: page.map((id) => ({ id })), ...(cursor === undefined && { nextCursor: '1' }) };
      },
      getWorkflowVersion({ version }) {
        const found = versions[version - 1];
        if (found === undefined) throw new DomainError('not_found', 'workflow_version_not_found', 'No such version.');
        return { version: found };
      },
    }),
};

type Cohort = MessageInitShape<typeof CohortCountsSchema>;

/** Publishes an event with counts of workflow 12. By default, the cohorts entered at `at`. */
export function publishCounts(
  { publish }: Harness,
  cohorts: (Cohort & { at?: Date })[],
  o: { id?: string; at?: Date; organizationId?: bigint } = {},
): Promise<string> {
  const { at = new Date() } = o;
  const value = {
    cohorts: cohorts.map(({ at: enteredAt = at, ...cohort }) => ({
      ...{ workflowId: 12n, version: 1, mode: Mode.LIVE },
      enteredQuarter: BigInt(Math.floor(enteredAt.getTime() / 900_000)),
      ...cohort,
    })),
  };
  return publish(EnrollmentEventSchema, { ...o, payload: { case: 'stepsCounted', value } });
}

/** Waits until this number of step facts is stored, each with the counts of one event and day. */
export async function countsStored({ db }: Harness, days: number): Promise<void> {
  await eventually(async () => {
    const { n } = await db.kysely
      .selectFrom('step_facts')
      .select((f) => f.fn.countAll<bigint>().as('n'))
      .executeTakeFirstOrThrow();
    expectDays(Number(n), days);
  });
}

function expectDays(found: number, days: number): void {
  if (found !== days) throw new Error(`${found} of ${days} are stored`);
}
