export { type Api, type ApiAnswer, createApi } from './api.ts';
export {
  checkAgainstOpenApi,
  checkExampleAgainstOpenApi,
  checkRequestAgainstOpenApi,
  checkSchema,
  isInOpenApi,
} from './openapi.ts';
export { type Layout, type RunningPlatform, runCommand, startLayout } from './process.ts';
export { type PublicRead, publicReads, readsThatSucceed } from './public-reads.ts';
export { type Work, type WorkTools, works } from './works.ts';
