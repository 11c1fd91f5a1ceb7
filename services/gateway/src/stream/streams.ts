import type { Writable } from 'node:stream';
import { DomainError } from '@drippulse/errors';
import type { Hint } from '@drippulse/events';
import { toDomainError } from '../transcoder/problem.ts';
import { endText, heartbeatText, hintText, openingText } from './event-text.ts';
import type { Hub } from './hub.ts';
import type { StreamMetrics } from './metrics.ts';
import type { Pending } from './pending.ts';

/** A stream to start, whose response head is already set. */
export type Opening = {
  response: Writable;
  organizationId: bigint;
  pending: Pending;
  /** Position that the client sent. */
  since: bigint | undefined;
  isFor(hint: Hint): boolean;
  /** Throws when the credential is no longer sufficient. */
  check(): Promise<void>;
};

/** The open streams of this process. */
export type Streams = {
  /** Writes hints until the client leaves, or until the platform ends the stream. Resolves at the end. */
  run(opening: Opening): Promise<void>;
  /** Asks every client to reconnect to a different process, and refuses new streams. */
  stop(): Promise<void>;
};

/**
 * Interval of checks and writes. The interval plus the seconds for which a credential is cached stays below five
 * seconds.
 */
const tickMs = 250;
const heartbeatMs = 15_000;
/** A stream ends when its credential cannot be checked for this long. */
const mostUncheckedMs = 5000;
/** Time for a client to read the end of its stream. */
const endGraceMs = 1000;

type Stream = Opening & {
  checkedAtMs: number;
  /** Start time of the credential check in progress. */
  checkingSinceMs: number | undefined;
  writtenAtMs: number;
  /**
   * True while the client has yet to read the data already written. Until then, nothing more is written and hints are
   * merged.
   */
  isBlocked: boolean;
};

/** Creates the streams. One timer serves all streams; it does not run while there is no stream. */
export function createStreams({ hub, metrics }: { hub: Hub; metrics: StreamMetrics }): Streams {
  const streams = new Set<Stream>();
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;

  /** Returns the position from which a client may resume. All hints that wait in the stream have later positions. */
  const positionOf = ({ pending }: Stream) => pending.oldest() ?? hub.position();

  function write(stream: Stream, text: string): void {
    if (stream.response.destroyed) return;
    stream.writtenAtMs = performance.now();
    stream.isBlocked = !stream.response.write(text);
  }

  function flush(stream: Stream): void {
    if (stream.isBlocked || !streams.has(stream)) return;
    const due = stream.pending.take(performance.now());
    if (due.length === 0) return;
    const position = positionOf(stream);
    // Only the last of these hints has the position. Therefore a client that loses the connection before the last hint
    // resumes before all of them.
    write(stream, due.map((hint, index) => hintText(hint, index === due.length - 1 ? position : undefined)).join(''));
    for (const { kind } of due) metrics.hintSent(kind);
  }

  function end(stream: Stream, error: DomainError): void {
    if (!streams.delete(stream)) return;
    metrics.ended(error.reason);
    const { response } = stream;
    response.end(endText(error, Math.random()));
    // A client that reads nothing does not read the reason either. After the grace time its connection is closed, so
    // that the client neither keeps its place nor delays a stop.
    const late = setTimeout(() => response.destroy(), endGraceMs);
    response.once('close', () => clearTimeout(late));
  }

  /** Checks the credential of a stream. Credentials are cached for a few seconds, so most checks only read a map. */
  async function check(stream: Stream): Promise<void> {
    const startedAtMs = performance.now();
    if (stream.checkingSinceMs !== undefined) {
      // A check that is still pending is not treated as passed. Otherwise a revoked client could keep reading while the
      // identity service hangs.
      if (startedAtMs - stream.checkingSinceMs > mostUncheckedMs) end(stream, unchecked());
      return;
    }
    stream.checkingSinceMs = startedAtMs;
    try {
      await stream.check();
      stream.checkedAtMs = startedAtMs;
    } catch (thrown) {
      const error = toDomainError(thrown);
      const isRefused = error.kind === 'unauthenticated' || error.kind === 'permission_denied';
      if (isRefused || performance.now() - stream.checkedAtMs > mostUncheckedMs) end(stream, error);
    } finally {
      stream.checkingSinceMs = undefined;
    }
  }

  function tick(): void {
    const nowMs = performance.now();
    for (const stream of streams) {
      void check(stream);
      flush(stream);
      if (!stream.isBlocked && nowMs - stream.writtenAtMs >= heartbeatMs) {
        write(stream, heartbeatText(positionOf(stream)));
      }
    }
  }

  return {
    async run(opening) {
      if (isStopping) throw restarting();
      const { response, pending, organizationId, since } = opening;
      // If the response is already destroyed, its `close` event has passed, so nothing would ever end the stream.
      if (response.destroyed) return;
      const nowMs = performance.now();
      const stream: Stream = {
        ...opening,
        checkedAtMs: nowMs,
        checkingSinceMs: undefined,
        writtenAtMs: nowMs,
        isBlocked: false,
      };
      const closed = new Promise<void>((resolve) => response.once('close', resolve));
      response.on('drain', () => {
        stream.isBlocked = false;
        flush(stream);
      });
      const unlisten = hub.listen(
        {
          organizationId,
          onHint(hint, position) {
            if (opening.isFor(hint)) pending.add(hint, position);
          },
          onLost: () => pending.resync(),
          onRead: () => flush(stream),
        },
        since,
      );
      streams.add(stream);
      metrics.opened();
      timer ??= setInterval(tick, tickMs);
      write(stream, openingText(positionOf(stream)));
      flush(stream);
      await closed;
      unlisten();
      streams.delete(stream);
      metrics.closed();
      if (streams.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    },
    async stop() {
      isStopping = true;
      // Hints that still wait have positions after the client's position, so the client gets them when it reconnects.
      for (const stream of streams) end(stream, restarting());
    },
  };
}

function unchecked(): DomainError {
  return new DomainError('unavailable', 'service_unavailable', 'The credential cannot be checked at the moment.');
}

function restarting(): DomainError {
  return new DomainError('unavailable', 'restarting', 'This process is about to stop: connect again.');
}
