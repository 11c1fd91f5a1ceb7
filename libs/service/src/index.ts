export { type ClientOf, type Keep, keepIn, type ServiceBase, type Shared, type Stoppable } from './base.ts';
export {
  configReader,
  type ProcessConfig,
  portVariable,
  readPeerAddresses,
  redisUrlVariable,
  type ServiceConfig,
  statelessConfigReader,
} from './config.ts';
export { defineService, type Service, type ServiceDefinition, type StatefulDefinition } from './define-service.ts';
export { createLimiters, type Limiter, type LimiterStore, spend } from './limiters.ts';
export { runMigration } from './migrate.ts';
export { peersWithin } from './peers-within.ts';
export { type ProcessSettings, readProcessEnv } from './process-env.ts';
export { runService } from './run-service.ts';
export { overTransfers } from './transfers.ts';
