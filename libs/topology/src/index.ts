export {
  addressVariable,
  callsOf,
  consumers,
  consumersOf,
  owners,
  packageOf,
  publicService,
  publishers,
  schemaOf,
  servedBy,
  serviceOf,
  servicesOn,
} from './lookups.ts';
export { nodeEnvironment, nodeFlags, nodeFlagsOf } from './node-flags.ts';
export { type ProcessEntry, processEntry, processNames, processOf, servicesOf } from './processes.ts';
export {
  commonSecrets,
  type SchemaName,
  type ServerName,
  type ServiceEntry,
  type ServiceName,
  serviceNames,
  services,
} from './services.ts';
