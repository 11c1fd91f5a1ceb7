// For services. No other library sends requests.

export {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from './client.ts';
export { HttpFailure, type HttpFailureCode } from './failure.ts';
export { createLookUps, type LookUp } from './look-ups.ts';
export { type Resolve, resolveWithNameServers } from './resolve.ts';
export { checkUrl } from './urls.ts';
