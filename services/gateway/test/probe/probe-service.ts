import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import { DomainError, type ErrorKind } from '@drippulse/errors';
import type { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { causeOf } from '@drippulse/rpc';

/** Events inside the service, for tests of clients that leave. */
export type ProbeLog = {
  delayed: number;
  cancelled: string[];
  chunksSent: number;
  chunksReceived: number;
  /** Causes that the echo calls received, in order. */
  causes: (string | undefined)[];
};

export const chunkBytes = 64 << 10;

/**
 * Creates a service whose methods use every rest option and streaming kind. `page` is its response to a request without
 * a credential.
 */
export function probeService(log: ProbeLog, page = 'there'): ServiceImpl<typeof ProbeService> {
  return {
    async echo(request, call) {
      log.causes.push(causeOf(call));
      if (request.delayMs !== undefined) {
        log.delayed += 1;
        await sleep(request.delayMs, undefined, { signal: call.signal }).catch(() => log.cancelled.push('echo'));
      }
      if (request.fail !== undefined) throw failure(request.fail);
      const header = call.requestHeader.get('x-probe-in');
      call.responseHeader.set('x-probe-out', 'out');
      call.responseHeader.set('x-probe-hidden', 'hidden');
      const key = call.requestHeader.get('idempotency-key');
      if (key !== null) call.responseHeader.set('idempotent-replayed', 'true');
      return {
        id: request.id,
        name: request.name ?? '',
        item: request.item,
        rows: request.rows,
        header: header ?? key ?? undefined,
      };
    },
    read: ({ name, color, ready, tags, count, big, since }) => ({
      // The tag `large` requests a large response, of `count` bytes.
      item: tags.includes('large')
        ? { extra: Buffer.from(`"${'x'.repeat(count ?? 0)}"`) }
        : { id: big ?? 0n, name, color, ready, tags, count, at: since },
    }),
    patch: ({ id, name, color, extra, updateMask }) => ({
      item: { id, name: updateMask?.paths.join(','), color, extra, note: name },
    }),
    raw: ({ body }, call) => ({
      contentType: body?.contentType ?? '',
      size: BigInt(body?.data.length ?? 0),
      signature: call.requestHeader.get('x-probe-signature') ?? undefined,
    }),
    async upload(requests) {
      const hash = createHash('sha256');
      let size = 0;
      let contentType = '';
      let dryRun = false;
      for await (const { body, dryRun: dry } of requests) {
        log.chunksReceived += 1;
        contentType ||= body?.contentType ?? '';
        dryRun ||= dry ?? false;
        size += body?.data.length ?? 0;
        hash.update(body?.data ?? new Uint8Array());
        if (contentType === 'text/slow') await sleep(3_000);
        if (contentType === 'text/refused') throw new DomainError('invalid', 'upload_refused', 'Not this one.');
      }
      return { size: BigInt(size), sha256: hash.digest('hex'), contentType, dryRun };
    },
    async *download({ chunks }, call) {
      call.responseHeader.set('content-disposition', 'attachment; filename="probe.bin"');
      call.signal.addEventListener('abort', () => log.cancelled.push('download'), { once: true });
      for (let index = 0; index < chunks; index++) {
        log.chunksSent += 1;
        const contentType = index === 0 ? 'application/x-probe' : '';
        yield { body: { contentType, data: new Uint8Array(chunkBytes).fill(index) } };
      }
    },
    async *listItems({ count = 0, failAfter }) {
      if (failAfter === 0) throw new DomainError('failed_precondition', 'probe_failed', 'Failed before the first.');
      for (let first = 0; first < count; first += 2) {
        const ids = [first, first + 1].filter((id) => id < count);
        if (failAfter !== undefined && first >= failAfter) throw new Error('failed in the middle');
        yield {
          items: ids.map((id) => ({ id: BigInt(id) })),
          totalCount: BigInt(count),
          nextCursor: `after-${ids.at(-1)}`,
        };
      }
    },
    redirect(_request, call: HandlerContext) {
      call.responseHeader.set('x-http-status', '302');
      call.responseHeader.set('location', 'https://example.com/there');
      call.responseHeader.set('cache-control', 'private');
      return { body: { contentType: 'text/plain', data: Buffer.from(page) } };
    },
    async *listTexts({ count = 0, failAfter = count }) {
      for (let index = 0; index < count; index++) {
        if (index >= failAfter) throw new Error('failed in the middle');
        yield { texts: [{ text: `text ${index}` }] };
      }
    },
    retired: () => ({}),
    sized: ({ bytes = 0 }) => ({ text: 'some text '.repeat(bytes / 10) }),
    constant: () => ({ text: 'the same '.repeat(1_000) }),
    async *chat(requests) {
      for await (const { text } of requests) yield { text };
    },
  };
}

function failure(kind: string): Error {
  if (kind === 'bug') return new Error('secret detail of a bug');
  if (kind === 'unavailable_status') return new ConnectError('down', Code.Unavailable);
  return new DomainError(kind as ErrorKind, `probe_${kind}`, `It is ${kind}.`, {
    violations: kind === 'invalid' ? [{ field: 'item.id', message: 'is no good' }] : [],
    ...(kind === 'resource_exhausted' && { retryAfterSeconds: 7 }),
  });
}
