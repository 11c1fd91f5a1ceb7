// The entry point of this folder: failed work waits for another try, while other work continues.

export { forgetPostponements } from './forget-postponements.ts';
export { measurePostponements } from './measure-postponements.ts';
export { isPostponed, recovered } from './postpone.ts';
export { postponing } from './postponing.ts';
