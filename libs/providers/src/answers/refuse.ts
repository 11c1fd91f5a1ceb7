import { ActionRefusal, type Problem } from '../outcomes.ts';

/** Ends an action whose request was wrong, according to the provider's response. Throws ActionRefusal. */
export function refuse(code: string, message: string, more: Omit<Problem, 'code' | 'message'> = {}): never {
  throw new ActionRefusal({ class: 'permanent', problem: { code, message, ...more } });
}
