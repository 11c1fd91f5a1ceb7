import { create, toBinary } from '@bufbuild/protobuf';
import { StepsCountedSchema } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import type { BenchPostgres } from '../start-postgres.ts';
import { stepCount } from './start-analytics.ts';

const workflows = 50;
const people = 100;
const quarterMs = 15 * 60_000;
const dayMs = 86_400_000;
/** Quarter hours between two entries of a workflow. */
const everyQuarters = 24;
/** Buckets of stays that last from a second to ten days. */
const buckets = [73, 97, 121, 145, 169, 193, 217];

/**
 * Inserts the step counts of organization 1. Each workflow gets new enrollments four times a day. The counts of a day
 * are one row.
 */
export async function loadSteps({ client }: BenchPostgres, days: number): Promise<void> {
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  for (let day = days; day > 0; day -= 1) {
    const at = today - day * dayMs;
    await client.query(
      'insert into analytics.step_facts (organization_id, at, id, counts) values (1, $1, gen_random_uuid(), $2)',
      [new Date(at), countsOf(at)],
    );
  }
  await client.query('analyze analytics.step_facts');
}

/**
 * Returns the step counts of the enrollments that entered on one day. Each step loses a tenth of the enrollments that
 * reach it.
 */
function countsOf(at: number): Uint8Array {
  const cohorts = Array.from({ length: workflows * (96 / everyQuarters) }, (_, index) => ({
    workflowId: BigInt(1 + (index % workflows)),
    version: 1 + (index % 3),
    mode: Mode.LIVE,
    enteredQuarter: BigInt(at / quarterMs + Math.floor(index / workflows) * everyQuarters),
    people,
    steps: Array.from({ length: stepCount }, (_step, place) => {
      const entered = Math.round(people * 0.9 ** place);
      const left = Math.round(people * 0.9 ** (place + 1));
      const stays = buckets.map((bucket) => ({ bucket: bucket + place, count: Math.floor(left / buckets.length) }));
      return { stepId: `step${place}`, entered, left, failed: entered - left, waited: entered, stays };
    }),
  }));
  return toBinary(StepsCountedSchema, create(StepsCountedSchema, { cohorts }));
}
