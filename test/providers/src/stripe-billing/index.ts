export { startStripeMock } from '../stripe-mock.ts';
export type { Event, Subscription } from './objects.ts';
export { type FailureMode, type FakeStripe, signEvent, startFakeStripe } from './start.ts';
