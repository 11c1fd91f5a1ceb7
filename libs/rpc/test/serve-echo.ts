import type { ServiceImpl } from '@connectrpc/connect';
import { createLogger } from '@drippulse/observability';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { serviceNames } from '@drippulse/topology';
import type { RpcServer } from '../src/grpc/server.ts';
import {
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serveRpc,
  serverInterceptors,
} from '../src/index.ts';

const keys = generateInternalTokenKeys(serviceNames);
const served = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(keys.workflows) });
const log = createLogger({ level: 'silent' });

/** The interceptors of the service `workflows`. */
export const interceptors = serverInterceptors({ tokens: served, log });

/** Mints the tokens with which `gateway` calls the service. */
export const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });

type Probe = ServiceImpl<typeof ProbeService>;

/** Serves one method of the probe as the service `workflows`. With port 0, the system chooses a free port. */
export function serveEcho(echo: Probe['echo'], port = 0): Promise<RpcServer> {
  return serveSome({ echo }, port);
}

/** Serves several methods of the probe as the service `workflows`. */
export function serveSome(methods: Partial<Probe>, port = 0): Promise<RpcServer> {
  return serveRpc({
    routes: (router) => void router.service(ProbeService, methods),
    interceptors,
    host: '127.0.0.1',
    port,
    log,
  });
}
