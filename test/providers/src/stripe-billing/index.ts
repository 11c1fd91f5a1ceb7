export { startStripeMock } from '../stripe-mock.ts';
export { eventsOf, liveOf, type SubscriptionState, stateAtStripe, subscriptionsOf } from './customer-state.ts';
export { type Event, plans, type Subscription } from './objects.ts';
export { changeRandomly } from './random-change.ts';
export { type FailureMode, type FakeStripe, signEvent, startFakeStripe } from './start.ts';
