import type { Evidence } from './evidence.ts';

export function checkDrained({ facts }: Evidence): string[] {
  const living = facts.enrollments.filter((row) => row.status === 'active' || row.status === 'paused');
  const pending = facts.effects.filter((effect) => effect.status === 'pending');
  const open = facts.journeys.intents.filter(({ status }) => status === 'pending');
  return [
    ...living.map((row) => `enrollment ${row.id} still lives, on step ${row.step_index}`),
    ...pending.map((effect) => `effect ${effect.effect_key} is pending`),
    ...open.map((intent) => `the ${intent.kind} of enrollment ${intent.enrollment_id} is pending`),
    ...facts.outboxLeft.map((service) => `rows are in the outbox of ${service}`),
  ];
}
