import { configReader } from '@drippulse/service';

export type Config = ReturnType<typeof readConfig>;

/** The service has no variables of its own. */
export const readConfig = configReader({}, () => ({}));
