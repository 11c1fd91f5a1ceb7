export { type ActionOutcome, performAction } from './perform-action.ts';
export { readAction } from './read-action.ts';
