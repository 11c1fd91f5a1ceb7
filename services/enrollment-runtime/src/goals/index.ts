// The entry point of this folder: goals of enrollments.

export { findWatches, watchGoals } from './watch-goals.ts';
export { forgetGoals, forgetWatches, unwatch, type Watch, watchEntrants, watchesOf } from './watches.ts';
