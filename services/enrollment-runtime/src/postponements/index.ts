// The entry of the room: work that failed waits its turn, and other work goes on.

export { forgetPostponements } from './forget-postponements.ts';
export { measurePostponements } from './measure-postponements.ts';
export { isPostponed, recovered } from './postpone.ts';
export { postponing } from './postponing.ts';
