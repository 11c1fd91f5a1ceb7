export { ConfigError, readAll, readEnv, textFor } from './env.ts';
export { type KeyList, parseKeyList } from './key-list.ts';
export { processStopped, runMain } from './run-main.ts';
