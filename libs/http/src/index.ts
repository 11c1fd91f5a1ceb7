// For services. No other library sends requests.

export {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from './client.ts';
export { HttpFailure, type HttpFailureCode } from './failure.ts';
export type { Resolve } from './resolve.ts';
export { checkUrl } from './urls.ts';
