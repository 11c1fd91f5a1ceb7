export { descriptionOf } from './descriptions/load.ts';
export type { Asked, Failure } from './failures.ts';
export type { FakeAnswer, FakeRequest } from './fake.ts';
export { type FakedKey, fakes } from './fakes/index.ts';
export { type FakeProvider, type RecordedRequest, runFake } from './running/fake-provider.ts';
export { sampleCredentials } from './sample-credentials.ts';
export { type FakeProviders, startFakeProviders } from './start.ts';
