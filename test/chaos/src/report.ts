import type { Outcome } from './run-chaos.ts';

const shown = 10;

/** Formats an outcome for people, with broken promises first. */
export function report(outcome: Outcome, minutes: number): string {
  const { seed, seconds, enrollments, lines, effects, repeats, events, deliveries, faults, stalls, promises, kept } =
    outcome;
  const {
    contactEvents,
    approvals,
    mails,
    goals,
    refusals,
    started,
    providerSteps,
    executions,
    crmSteps,
    planChanges,
    hits,
    bounces,
  } = outcome;
  const broken = promises.filter(({ violations }) => violations.length > 0);
  const repeat = `npm run chaos -- --seed ${seed} --minutes ${minutes}`;
  return [
    ...broken.flatMap(({ promise, violations }) => [
      `BROKEN with seed ${seed}, ${violations.length} times: ${promise}`,
      ...violations.slice(0, shown).map((violation) => `  ${violation}`),
      '',
    ]),
    `${enrollments} enrollments, ${lines} lines, ${effects} effects (${repeats} repeats), ${events} events, ${deliveries} deliveries, ${seconds} s`,
    `${contactEvents} events of contacts, ${approvals} approvals, ${mails} mails, ${hits} hits, ${bounces} bounces`,
    `${goals} goals met, ${refusals} entries refused, ${started} enrollments started by events, ${providerSteps} steps at providers, ${executions} executions of agents, ${crmSteps} writes to the CRM, ${planChanges} changes of subscriptions`,
    '',
    ...Object.entries(faults).map(([name, { inflicted, met }]) => `${name.padEnd(32)}${met} of ${inflicted}`),
    ...(stalls > 0 ? [`(a process or the database was stopped for half a second or more ${stalls} times)`] : []),
    '',
    ...promises.map(({ promise, violations }) => `${violations.length === 0 ? '✓' : '✗'} ${promise}`),
    '',
    `${broken.length === 0 ? 'Nothing lost, nothing doubled.' : 'NOT as promised.'} Repeat it with: ${repeat}`,
    ...(kept === undefined ? [] : [`Logs and evidence: ${kept}`]),
  ].join('\n');
}
