import type { ContactEvent } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { editor, type Harness } from './harness.ts';
import { json, makeWorkflow, type StepInput } from './workflow.ts';

/** Sends an event of a contact, which is given by its address or its fields. Returns the event's id. */
export async function sendEvent(
  harness: Harness,
  name: string,
  contact: string | object,
  o: { caller?: Caller; properties?: object; key?: string } = {},
): Promise<string> {
  const { caller = editor, properties, key } = o;
  const { id } = await harness.contactEvents(caller).acceptEvent({
    name,
    contact: json(typeof contact === 'string' ? { email: contact } : contact),
    ...(properties && { properties: json(properties) }),
    ...(key !== undefined && { idempotencyKey: key }),
  });
  return id;
}

export async function eventOf(harness: Harness, id: string, caller: Caller = editor): Promise<ContactEvent> {
  const { event } = await harness.contactEvents(caller).getEvent({ id });
  if (event === undefined) throw new Error('there is no event');
  return event;
}

/** Returns steps that wait for an event for an hour, and end on `came` or on `late`. */
export function waiting(config: object = { event_name: 'order.paid' }): StepInput[] {
  return [
    { id: 'waits', type: 'wait_for_event', timeout: { duration: 1, unit: 'hours' }, on_timeout: 'late', ...config },
    { id: 'came', type: 'end', reason: 'it came' },
    { id: 'late', type: 'end', reason: 'it did not come' },
  ];
}

/** Makes a workflow with contacts at its first step, which waits. */
export async function parkContacts(
  harness: Harness,
  steps: readonly StepInput[],
  contacts: readonly object[],
): Promise<{ workflowId: bigint; ids: bigint[] }> {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const ids = await enrollIn(harness, workflowId, contacts);
  await parked(harness, ids);
  return { workflowId, ids };
}

export async function enrollIn(harness: Harness, workflowId: bigint, contacts: readonly object[]): Promise<bigint[]> {
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json(contacts) });
  return enrollmentIds;
}

/** Waits until enrollments wait for an event. */
export async function parked(harness: Harness, ids: readonly bigint[]): Promise<void> {
  await eventually(async () => {
    const rows = await harness.db
      .selectFrom('waits')
      .select('enrollment_id')
      .where('enrollment_id', 'in', [...ids])
      .distinct()
      .execute();
    if (rows.length < ids.length) throw new Error(`${rows.length} of ${ids.length} wait`);
  });
}

/** Returns the steps on which enrollments ended, in the order of the enrollments' ids, once all have ended. */
export async function endedOn(harness: Harness, workflowId: bigint, ids: readonly bigint[]): Promise<string[]> {
  const rows = await eventually(async () => {
    const { enrollments } = await harness
      .enrollments()
      .listEnrollments({ workflowId, ids: ids.slice(0, 100), limit: 100 });
    if (enrollments.some(({ completedAt }) => completedAt === undefined)) throw new Error('some have not ended');
    return enrollments;
  });
  const byId = new Map(rows.map((row) => [row.id, ['waits', 'came', 'late'][row.currentStepIndex] ?? '?']));
  return ids.map((id) => byId.get(id) ?? '?');
}
