import type { Effect } from './run.ts';
import { findStepType } from './steps/registry.ts';
import type { StubbedEffect } from './steps/step-type.ts';

/** What stands for an effect where none may be had: its result, and what it would have carried. */
export function stubEffect({ kind, request }: Pick<Effect, 'kind' | 'request'>): StubbedEffect {
  const stub = findStepType(kind)?.effect?.stub;
  if (!stub) throw new Error(`effect ${kind} has no stub`);
  return stub(request);
}
