import type { Definition } from '@drippulse/engine';
import { stepIdAt } from '../definitions/step-at.ts';
import {
  addStay,
  addStepChange,
  type Cohort,
  type CohortCounts,
  type StepChange,
  type StepCounting,
  variantKey,
} from '../funnel/step-counts.ts';
import type { Move } from './move.ts';
import { readVariants } from './variants.ts';

/**
 * Maximum number of splits of a version whose variants are counted. The limit keeps a version with many splits from
 * making many rows.
 */
const mostSplits = 8;

/** The counts of a cohort: of all its enrollments, or of those with a variant of the split `splitId`. */
type Track = { splitId: string | undefined; counts: CohortCounts };

/** Counts the changes that moves made at steps. Consecutive visits of one step count as one stay. */
export function countMoves(counting: StepCounting, moves: readonly Move[], now: Date): void {
  for (const move of moves) countMove(counting, move, now);
}

function countMove(counting: StepCounting, move: Move, now: Date): void {
  const { run, definition, state, entries } = move;
  const tracks = tracksOf(counting, run.identity, { definition, variants: run.variants });
  let at = stepIdAt(definition, run.state.stepIndex);
  let since = run.enteredAt;
  const go = (to: string) => {
    if (to === at) return;
    end(tracks, at, 'left', now.getTime() - since.getTime());
    change(tracks, to, 'entered');
    at = to;
    since = now;
  };
  for (const { stepId, status, heldBy, variant } of entries) {
    go(stepId);
    if (heldBy !== undefined) change(tracks, at, 'held');
    else if (status === 'waiting') change(tracks, at, 'waited');
    else if (status === 'skipped') change(tracks, at, 'skipped');
    if (variant !== undefined) addTrack(tracks, counting, run.identity, { definition, splitId: stepId, variant });
  }
  go(stepIdAt(definition, state.stepIndex));
  if (state.status !== 'active') end(tracks, at, state.status, now.getTime() - since.getTime());
}

/** Counts a cancelled run at its current step. */
export function countCancelled(
  counting: StepCounting,
  run: Cohort & { definition: Definition; stepIndex: number; variants: string | null; enteredAt: Date },
  now: Date,
): void {
  const at = stepIdAt(run.definition, run.stepIndex);
  end(tracksOf(counting, run, run), at, 'cancelled', now.getTime() - run.enteredAt.getTime());
}

/** Counts a failed enrollment that resumes at the step at `stepIndex`. */
export function countRetry(
  counting: StepCounting,
  run: Cohort & { definition: Definition; failedIndex: number; stepIndex: number; variants: string | null },
): void {
  const { definition, failedIndex, stepIndex } = run;
  const tracks = tracksOf(counting, run, run);
  const [from, to] = [stepIdAt(definition, failedIndex), stepIdAt(definition, stepIndex)];
  change(tracks, from, 'failed', -1);
  if (from === to) return;
  change(tracks, from, 'left');
  change(tracks, to, 'entered');
}

/** Counts enrollments that begin, at the first step. */
export function countEntry(counting: StepCounting, cohort: Cohort, definition: Definition): void {
  const counts = counting.of(cohort);
  counts.people += 1;
  addStepChange(counts, stepIdAt(definition, 0), 'entered');
}

/** Returns the counts that include a run, according to the JSON text of its variants. */
export function tracksOf(
  counting: StepCounting,
  cohort: Cohort,
  { definition, variants }: { definition: Definition; variants: string | null },
): Track[] {
  const tracks: Track[] = [{ splitId: undefined, counts: counting.of(cohort) }];
  for (const [splitId, variant] of readVariants(variants)) {
    if (isCounted(definition, splitId))
      tracks.push({ splitId, counts: counting.of(cohort, variantKey(splitId, variant)) });
  }
  return tracks;
}

/**
 * Returns those variants of a run that are counted, in the form that events use. `variants` is the JSON text of the
 * run's variants.
 */
export function countedVariants(definition: Definition, variants: string | null): string[] {
  return readVariants(variants).flatMap(([splitId, variant]) =>
    isCounted(definition, splitId) ? [variantKey(splitId, variant)] : [],
  );
}

/** Adds the track of a variant that a run has just been assigned, so that the run also counts under the variant. */
function addTrack(
  tracks: Track[],
  counting: StepCounting,
  cohort: Cohort,
  { definition, splitId, variant }: { definition: Definition; splitId: string; variant: string },
): void {
  if (tracks.some((track) => track.splitId === splitId) || !isCounted(definition, splitId)) return;
  const counts = counting.of(cohort, variantKey(splitId, variant));
  counts.people += 1;
  tracks.push({ splitId, counts });
}

/** The splits whose variants are counted, for each version. */
const countedSplits = new WeakMap<Definition, ReadonlySet<string>>();

function isCounted(definition: Definition, splitId: string): boolean {
  let splits = countedSplits.get(definition);
  if (splits === undefined) {
    const all = definition.steps.filter(({ type }) => type === 'split').map(({ id }) => id);
    splits = new Set(all.slice(0, mostSplits));
    countedSplits.set(definition, splits);
  }
  return splits.has(splitId);
}

function end(tracks: readonly Track[], stepId: string, how: StepChange, ms: number): void {
  change(tracks, stepId, how);
  for (const { splitId, counts } of tracks) if (splitId !== stepId) addStay(counts, stepId, ms);
}

/**
 * Counts a change at a step. A stay at a split is not counted under the split's own variants, because an enrollment
 * enters the split without the variant that it has when it leaves.
 */
function change(tracks: readonly Track[], stepId: string, what: StepChange, by = 1): void {
  for (const { splitId, counts } of tracks) if (splitId !== stepId) addStepChange(counts, stepId, what, by);
}
