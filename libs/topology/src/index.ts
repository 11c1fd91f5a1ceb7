export { addressVariable, consumers, publicService, publishers, servedBy, serviceOf, servicesOn } from './lookups.ts';
export { nodeEnvironment, nodeFlags, nodeFlagsOf } from './node-flags.ts';
export {
  commonSecrets,
  type SchemaName,
  type ServerName,
  type ServiceEntry,
  type ServiceName,
  serviceNames,
  services,
} from './services.ts';
