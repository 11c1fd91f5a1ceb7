import type { Step } from '@drippulse/engine';
import type { EnrollmentFact, LineFact } from '../facts.ts';
import { exitGoal } from '../goals.ts';
import type { Evidence } from './evidence.ts';

/** Follows each timeline through the graph of its steps, by rules that do not use the engine. */
export function checkTimelines({ workflows, facts }: Evidence): string[] {
  const steps = new Map(workflows.map((workflow) => [String(workflow.id), workflow.steps]));
  return facts.enrollments.flatMap((enrollment) => {
    const lines = facts.lines.get(enrollment.id) ?? [];
    const problem = problemOf(enrollment, steps.get(enrollment.workflow_id) ?? [], lines);
    return problem === undefined ? [] : [`enrollment ${enrollment.id}: ${problem}; lines ${describe(lines)}`];
  });
}

const waits = new Set(['wait', 'wait_for_event', 'approval']);
/** Effects that may have to wait for sending rules, a limit of a provider, a second process, or a model. */
const heldEffects = new Set(['email', 'integration_action', 'alert', 'agent', 'score_lead']);
/** Writes to the CRM. */
const writes = ['crm_create_lead', 'crm_create_activity', 'crm_update_record', 'crm_move_opportunity'];
const effects = new Set(['webhook_callback', ...writes, ...heldEffects]);
const exitMessage = `Goal "${exitGoal}" was met: the run ends`;
/** Matches the line of a goal that is only counted. A line like this can be among the lines of any step. */
const countedGoal = /^Goal ".*" was met: (?!the run ends)/;
const exits = ['on_event', 'on_approved', 'on_rejected', 'on_timeout'];

/**
 * The possible positions of a run: the indexes of the steps to which the next line may belong. An index equal to the
 * number of steps means the end.
 */
type Place = { next: number[]; waitingSince?: Date; retried: number; ended?: string };

function problemOf(enrollment: EnrollmentFact, steps: readonly Step[], lines: readonly LineFact[]): string | undefined {
  if (enrollment.places !== 1) return `it is in ${enrollment.places} places`;
  if (enrollment.lines !== lines.length) return `it counts ${enrollment.lines} lines and has ${lines.length}`;
  let place: Place = { next: [0], retried: 0 };
  for (const [index, line] of lines.entries()) {
    if (line.sequence !== index + 1) return `line ${index + 1} has number ${line.sequence}`;
    if (place.ended !== undefined) return `it went on after its end at line ${index}`;
    if (countedGoal.test(line.message)) continue;
    if (!place.next.includes(line.step_index)) return `step ${line.step_index} came where ${place.next} may come`;
    const step = steps[line.step_index];
    if (step === undefined) return `there is no step ${line.step_index}`;
    const next = follow(place, step, line, enrollment, steps);
    if (typeof next === 'string') return next;
    place = next;
  }
  return problemOfEnd(enrollment, steps, lines, place);
}

function follow(
  place: Place,
  step: Step,
  line: LineFact,
  enrollment: EnrollmentFact,
  steps: readonly Step[],
): Place | string {
  // An event may meet a goal at any step, and the run then ends at that step. Goals are compared with events by a
  // different check.
  if (line.message === exitMessage) return { next: [], retried: 0, ended: 'completed' };
  const stay = { next: [line.step_index], retried: place.retried };
  if (line.status === 'waiting' && heldEffects.has(step.type)) return stay;
  if (line.status === 'waiting') {
    if (!waits.has(step.type) || place.waitingSince) return `step ${line.step_index} waits twice, or is no wait`;
    return { ...stay, waitingSince: line.at };
  }
  if (line.status === 'retrying') {
    if (!effects.has(step.type)) return `step ${line.step_index} is retried`;
    if (line.attempt !== place.retried + 1) return `attempt ${line.attempt} came after ${place.retried}`;
    return { ...stay, retried: line.attempt };
  }
  if (line.status === 'failed') {
    if (!effects.has(step.type)) return `step ${line.step_index} failed`;
    if (step.config['on_error'] !== 'continue') return { next: [], retried: 0, ended: 'failed' };
    return { next: [line.step_index + 1], retried: 0 };
  }
  if (line.status === 'skipped' && step.type === 'email') return { next: [line.step_index + 1], retried: 0 };
  if (line.status !== 'succeeded') return `a line is ${line.status}`;
  if (waits.has(step.type) && place.waitingSince === undefined) return `wait ${line.step_index} ended before it began`;
  if (step.type === 'wait' && place.waitingSince) {
    const waitedMs = line.at.getTime() - place.waitingSince.getTime();
    if (waitedMs < Number(step.config['duration']) * 1_000) return `wait ${line.step_index} ended after ${waitedMs} ms`;
  }
  if (effects.has(step.type) && line.attempt !== place.retried + 1) {
    return `attempt ${line.attempt} succeeded after ${place.retried}`;
  }
  if (step.type === 'end') return { next: [], retried: 0, ended: 'completed' };
  return { next: successors(step, line.step_index, enrollment, steps), retried: 0 };
}

function successors(step: Step, index: number, { contact }: EnrollmentFact, steps: readonly Step[]): number[] {
  const resolve = (target: unknown) => {
    if (target === 'next') return index + 1;
    return target === 'end' ? steps.length : steps.findIndex((other) => other.id === target);
  };
  if (step.type === 'condition') {
    const [rule] = step.config['conditions'] as { value: number }[];
    return [resolve(contact.n >= Number(rule?.value) ? step.config['on_true'] : step.config['on_false'])];
  }
  if (step.type === 'split') {
    return (step.config['variants'] as { go_to: string }[]).map((variant) => resolve(variant.go_to));
  }
  if (step.type !== 'wait' && waits.has(step.type)) {
    return exits.filter((exit) => exit in step.config).map((exit) => resolve(step.config[exit]));
  }
  return [index + 1];
}

/** Returns the problem of a run's end. All runs have ended, so the last line determines the expected state. */
function problemOfEnd(
  { status, step_index }: EnrollmentFact,
  steps: readonly Step[],
  lines: readonly LineFact[],
  { next, ended }: Place,
): string | undefined {
  const expected = ended ?? (next.includes(steps.length) ? 'completed' : `active at ${next}`);
  if (status !== expected) return `it is ${status} where its lines say ${expected}`;
  if (step_index !== lines.at(-1)?.step_index) return `it ended on step ${step_index}, its lines do not`;
  return undefined;
}

function describe(lines: readonly LineFact[]): string {
  return lines.map((line) => `${line.step_index} ${line.status}`).join(', ');
}
