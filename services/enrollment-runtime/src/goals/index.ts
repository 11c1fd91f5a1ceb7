// The entry of the goals.

export { findWatches, watchGoals } from './watch-goals.ts';
export { forgetGoals, forgetWatches, unwatch, type Watch, watchEntrants, watchesOf } from './watches.ts';
