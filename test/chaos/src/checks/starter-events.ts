import type { AnswersFact, StarterEventFact } from '../starter-facts.ts';
import { isStarted, starterRules } from '../starters.ts';
import type { Evidence } from './evidence.ts';

/**
 * Checks that each accepted event is in the log once, however often it was sent. The event names each listening
 * workflow once, as started or as not started. If the workflow was started, its enrollment belongs to the event's
 * person and has the event in its data. If not, there is no enrollment.
 */
export function checkStarterEvents(evidence: Evidence): string[] {
  return [
    ...checkLog(evidence),
    ...evidence.facts.starters.flatMap((event) => checkAnswers(event, evidence)),
    ...checkStarts(evidence),
  ];
}

function checkLog({ history, facts }: Evidence): string[] {
  const logged = Map.groupBy(facts.starters, ({ key }) => key);
  const sent = new Set(history.starters.map(({ key }) => key));
  return [
    ...history.starters.flatMap(({ key, email, plan, ids }) => {
      const rows = logged.get(key) ?? [];
      const [row] = rows;
      if (row === undefined || rows.length > 1)
        return [`event ${key} was accepted, and is in the log ${rows.length} times`];
      const isAsSent = row.email === email && row.plan === plan;
      const others = ids.filter((id) => id !== row.id);
      return [
        ...(isAsSent ? [] : [`event ${key} of ${email} is in the log as one of ${row.email}`]),
        ...(others.length > 0 ? [`event ${key} is ${row.id}, answered was ${others.join(', ')}`] : []),
      ];
    }),
    ...[...logged.keys()]
      .filter((key) => !sent.has(key))
      .map((key) => `event ${key} is in the log, and nobody sent it`),
  ];
}

function checkAnswers(event: StarterEventFact, { facts }: Evidence): string[] {
  const rows = new Map(facts.enrollments.map((row) => [row.id, row]));
  return [...starterRules].flatMap(([workflowId, { plan }]) => {
    const started = startedBy(event).filter(([workflow]) => BigInt(workflow) === workflowId);
    const reasons = event.answers.flatMap(({ not_started: notStarted = {} }) =>
      Object.entries(notStarted).flatMap(([reason, ids]) =>
        ids.filter((id) => BigInt(id) === workflowId).map(() => reason),
      ),
    );
    const place = `event ${event.id} and workflow ${workflowId}`;
    if (started.length + reasons.length !== 1) {
      return [`${place}: it is named ${started.length} times as started and ${reasons.length} times as not started`];
    }
    const isFiltered = plan !== undefined && plan !== event.plan;
    const [reason] = reasons;
    if (reason !== undefined) {
      const expected = isFiltered ? 'filter' : 're_entry';
      return reason === expected ? [] : [`${place}: it was not started for ${reason}`];
    }
    const row = rows.get(String(started[0]?.[1]));
    const isOwn = row?.workflow_id === String(workflowId) && row.contact.event?.id === event.id;
    const isOfPerson = row?.contact.email?.toLowerCase() === event.email;
    return [
      ...(isOwn && isOfPerson ? [] : [`${place}: the enrollment that it started is ${JSON.stringify(row)}`]),
      ...(isFiltered ? [`${place}: it was started, its filter asks for another plan`] : []),
    ];
  });
}

/** Checks that one event started each enrollment of these workflows, and that the event names it. */
function checkStarts({ facts }: Evidence): string[] {
  const starts = Map.groupBy(
    facts.starters.flatMap((event) => startedBy(event).map(([, enrollmentId]) => ({ enrollmentId, event: event.id }))),
    ({ enrollmentId }) => String(enrollmentId),
  );
  return facts.enrollments.filter(isStarted).flatMap(({ id, contact }) => {
    const own = (starts.get(id) ?? []).map(({ event }) => event);
    const isOne = own.length === 1 && own[0] === contact.event?.id;
    return isOne ? [] : [`enrollment ${id} is of event ${contact.event?.id}; started by ${own.join(', ') || 'none'}`];
  });
}

export function startedBy({ answers }: { answers: readonly AnswersFact[] }) {
  return answers.flatMap(({ started = [] }) => started);
}
