export { type Api, type ApiAnswer, createApi } from './api.ts';
export { checkAgainstOpenApi } from './openapi.ts';
export { type Layout, type RunningPlatform, runCommand, startLayout } from './process.ts';
