export { type ClientOf, type Keep, openBase, type ServiceBase, type Shared, type Stoppable } from './base.ts';
export {
  configReader,
  portVariable,
  readPeerAddresses,
  redisUrlVariable,
  type ServiceConfig,
} from './config.ts';
export { defineService, keepIn, type Service, type ServiceDefinition, serve } from './define-service.ts';
export { createLimiters, type LimiterStore } from './limiters.ts';
export { runMigration } from './migrate.ts';
export { type ProcessSettings, readProcessEnv } from './process-env.ts';
export { runService } from './run-service.ts';
