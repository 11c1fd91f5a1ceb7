import type { Effect } from './run.ts';
import { findStepType } from './steps/registry.ts';
import type { StepConnection, StubbedEffect } from './steps/step-type.ts';

/**
 * Returns the result that replaces an effect in a test run, and a preview of its content. If `connection` is missing,
 * the state of the connection is unknown.
 */
export function stubEffect(
  { kind, request }: Pick<Effect, 'kind' | 'request'>,
  connection?: StepConnection,
): StubbedEffect {
  const stub = findStepType(kind)?.effect?.stub;
  if (!stub) throw new Error(`effect ${kind} has no stub`);
  return stub(request, connection);
}
