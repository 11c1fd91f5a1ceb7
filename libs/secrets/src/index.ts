// The credentials in requests, and in their responses.

export {
  hide,
  hideConfigs,
  openHidden,
  requestIn,
  revealConfigs,
  sealHidden,
  stepsContext,
  withRequest,
} from './hidden.ts';
export {
  type MaskProblem,
  mask,
  maskRequest,
  type RequestTexts,
  secretsOf,
  unmaskRequest,
} from './mask.ts';
export { originOf } from './origin.ts';
export { redact } from './redact.ts';
