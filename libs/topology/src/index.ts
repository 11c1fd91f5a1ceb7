export {
  addressVariable,
  auditor,
  callsOf,
  consumers,
  consumersOf,
  counters,
  limiter,
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
  type LayoutProcess,
  layoutProcesses,
  type RoleProcess,
  roleProcesses,
  roleServing,
  serviceOfPeer,
} from './roles.ts';
export {
  type MeterName,
  type RoleName,
  type SchemaName,
  type ServerName,
  type ServiceEntry,
  type ServiceName,
  serviceNames,
  services,
} from './services.ts';
