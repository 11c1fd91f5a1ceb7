import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, errorKinds, type Violation } from '@drippulse/errors';
import { createLogger } from '@drippulse/observability';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { serviceNames } from '@drippulse/topology';
import {
  type Caller,
  callerOf,
  clientFor,
  createGrpcPeers,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  guardLiveRows,
  type Peers,
  parseInternalTokenKeys,
  type Routes,
  type RowModes,
  requestIdOf,
  serveRpc,
  serverInterceptors,
} from '../src/index.ts';

export const layouts = ['in memory', 'over grpc-js'] as const;

export const editor: Caller = { organizationId: 7n, actor: { type: 'user', id: '3' }, role: 'editor', mode: 'live' };

/** Starts a service `workflows` with every kind of method. `gateway` reaches it in one of the layouts. */
export async function startProbe(layout: (typeof layouts)[number], rowModes: RowModes = {}) {
  const lines: string[] = [];
  const log = createLogger({ service: 'probe', destination: { write: (line: string) => lines.push(line) } });
  const keys = generateInternalTokenKeys(serviceNames);
  const served = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(keys.workflows) });
  const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const interceptors = [...serverInterceptors({ tokens: served, log }), guardLiveRows(rowModes)];
  const begun: string[] = [];
  const ended: string[] = [];
  const patched: string[] = [];
  const routes = probeRoutes({ begun, ended, patched });

  let peers: Peers;
  let stopServer: () => Promise<void>;
  if (layout === 'in memory') {
    peers = createInMemoryPeers();
    peers.register('workflows', routes, interceptors);
    stopServer = async () => peers.unregister('workflows');
  } else {
    const server = await serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log });
    peers = createGrpcPeers({ workflows: `127.0.0.1:${server.port}` });
    stopServer = () => server.stop(200);
  }
  return {
    keys,
    peers,
    tokens,
    /** Log lines of the service. */
    lines,
    /** Ids of the calls whose handler began, and of the calls whose handler noticed the end of the call. */
    begun,
    ended,
    /** Ids of the rows that `patch` changed. */
    patched,
    client: clientFor(ProbeService, { peers, target: 'workflows', tokens }),
    stopServer,
    async stop() {
      peers.close();
      await stopServer();
    },
  };
}

export type Probe = Awaited<ReturnType<typeof startProbe>>;

function probeRoutes({ begun, ended, patched }: Record<'begun' | 'ended' | 'patched', string[]>): Routes {
  return (router) => {
    router.service(ProbeService, {
      async echo({ id, name, fail, delayMs }, call) {
        if (fail === 'defect') throw new Error('a secret of ours');
        const kind = errorKinds.find((known) => known === fail);
        if (kind) {
          const violations: Violation[] = [{ field: 'item.name', message: 'is tøø long', code: 'length' }];
          throw new DomainError(kind, 'some_reason', 'Ünlucky: 100 %', { violations, retryAfterSeconds: 3 });
        }
        begun.push(String(id));
        call.signal.addEventListener('abort', () => ended.push(String(id)));
        if (delayMs) await sleep(delayMs, undefined, { signal: call.signal });
        call.responseHeader.set('x-probe-out', 'out');
        const { organizationId, ...rest } = callerOf(call);
        const caller = JSON.stringify({ ...rest, organizationId: String(organizationId) });
        const trace = call.requestHeader.get('traceparent');
        return { id, name: name ?? caller, header: `${requestIdOf(call)} ${trace}` };
      },
      async upload(requests) {
        let size = 0n;
        const hash = createHash('sha256');
        for await (const { body } of requests) {
          size += BigInt(body?.data.length ?? 0);
          hash.update(body?.data ?? '');
        }
        return { size, sha256: hash.digest('hex') };
      },
      async *listItems({ count = 0, failAfter }, call) {
        call.responseHeader.set('x-probe-out', 'out');
        try {
          for (let index = 0; index < count; index++) {
            if (index === failAfter) throw new DomainError('not_found', 'gone', 'Gone meanwhile.');
            yield { totalCount: BigInt(index) };
          }
        } finally {
          ended.push('list');
        }
      },
      async *chat(requests) {
        for await (const { text } of requests) yield { text: `${text}!` };
      },
      patch({ id }) {
        patched.push(String(id));
        return { item: { id } };
      },
      raw: () => ({ contentType: 'text/plain' }),
    });
  };
}
