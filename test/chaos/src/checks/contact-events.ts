import { eventTimeoutMs, journeyOrganization, places } from '../journeys.ts';
import type { Evidence } from './evidence.ts';
import { journeysOf } from './journey.ts';

/**
 * Checks that each event whose call succeeded is in the log once, and that no other event is in it. A run resumes from
 * the earliest event of its person that was accepted before the end of its wait, and times out if and only if there is
 * no such event. If an event names a run as resumed, the run did resume from that event.
 */
export function checkContactEvents({ history, facts }: Evidence): string[] {
  const { intents, waitsLeft } = facts.journeys;
  const events = facts.contactEvents.filter((event) => event.organization_id === String(journeyOrganization));
  const problems: string[] = [];
  const stored = new Map(events.map((event) => [event.id, event]));
  for (const { id, email } of history.journeys.events) {
    if (stored.get(id)?.email !== email) problems.push(`event ${id} of ${email} was answered and is not in the log`);
  }
  const answered = new Set(history.journeys.events.map(({ id }) => id));
  for (const { id } of events) if (!answered.has(id)) problems.push(`event ${id} is in the log a second time`);

  const chosen = new Map(
    intents.filter(({ kind }) => kind === 'wait_for_event').map((one) => [one.enrollment_id, one.event_id]),
  );
  const byEmail = Map.groupBy(events, ({ email }) => email);
  for (const { enrollment, email, waitingOf, after } of journeysOf({ facts })) {
    const waiting = waitingOf(places.event);
    const next = after(places.event);
    // Missing lines are reported by a different check.
    if (waiting === undefined || next === undefined) continue;
    const end = waiting.at.getTime() + eventTimeoutMs;
    const own = byEmail.get(email) ?? [];
    const first = Math.min(...own.map(({ accepted_at }) => accepted_at.getTime()));
    const expected = first < end ? places.ask : places.late;
    if (next !== expected) {
      problems.push(
        `enrollment ${enrollment.id} waited until ${end}, its event came at ${first}, and ${next} followed`,
      );
    }
    const event = stored.get(chosen.get(enrollment.id) ?? '');
    if (next === places.ask && event?.accepted_at.getTime() !== first) {
      problems.push(`enrollment ${enrollment.id} went on from ${event?.id}, which is not its first event`);
    }
  }
  for (const { id, resumed } of events) {
    for (const enrollmentId of resumed) {
      if (chosen.get(String(enrollmentId)) === id) continue;
      problems.push(`event ${id} says that it resumed enrollment ${enrollmentId}, which it did not`);
    }
  }
  if (waitsLeft > 0) problems.push(`${waitsLeft} waits are left`);
  return problems;
}
