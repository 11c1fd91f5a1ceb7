// For services: HTTP requests to hosts outside the installation.

export { createHttpClient, type HttpClient, type HttpClientOptions } from './client.ts';
export { domainOf, readDomain } from './domain-name.ts';
export { HttpFailure, type HttpFailureCode } from './failure.ts';
export { type LookUpTxt, lookUpTxt } from './look-up-txt.ts';
export { createLookUps, type LookUp } from './look-ups.ts';
export type { Download, Fresh, HttpAnswer, HttpRequest, WholeAnswer } from './request.ts';
export { type Resolve, resolveWithNameServers } from './resolve.ts';
export { checkUrl, urlProblem } from './urls.ts';
