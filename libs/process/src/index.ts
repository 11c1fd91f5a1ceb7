export { ConfigError, readAll, readEnv, textFor } from './env.ts';
export { processStopped, runMain } from './run-main.ts';
