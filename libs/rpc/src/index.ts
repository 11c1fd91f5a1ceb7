// For the handlers of services.

export { causeMetadata, causeOf, causeText } from './chains.ts';
export { clientFor } from './clients.ts';
export { fromConnectError } from './errors.ts';
export { actingAs, callerOf, requestIdOf } from './handler-context.ts';
export { withLargeAnswer } from './large-answers.ts';
export { listedMode, modeFromProto, modeOf, modeToProto } from './modes.ts';
export { isStrict, prefersAsync } from './preferences.ts';

// For the composition of services, in processes and tests.

export { type Chain, type ChainHeaders, chainHeader, createChainHeaders } from './chains.ts';
export { serveRpc } from './grpc/server.ts';
export { createGrpcPeers } from './grpc-peers.ts';
export { guardLiveRows, type RowModes } from './guard-live-rows.ts';
export { createInMemoryPeers } from './in-memory-peers.ts';
export { serverInterceptors } from './interceptors.ts';
export type { Peers, Routes } from './peers.ts';
export type { GrpcTls } from './tls.ts';
export {
  generateInternalTokenKeys,
  type InternalKeys,
  parseInternalTokenKeys,
  renewInternalTokenKeys,
} from './token-keys.ts';
export { createTokens, type Tokens } from './tokens.ts';

// For other libraries, and for the gateway, which checks access before it makes a call, and counts the work of calls.

export { checkAccess } from './access.ts';
export { type Actor, type Caller, type Mode, type Role, roles, simpleActors } from './caller.ts';
export { isLargeListError, type ListSize, largeListError, listSizeMetadata, listSizeOf } from './large-answers.ts';
export { ifMatchMetadata, pathRow } from './path-row.ts';
export { readPreferences, strictMetadata } from './preferences.ts';
export { restOf } from './rest-option.ts';
export { permits, scopeOf } from './scopes.ts';
export { followWork, type Work } from './work.ts';
