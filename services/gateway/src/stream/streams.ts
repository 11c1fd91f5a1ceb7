import type { Writable } from 'node:stream';
import { DomainError } from '@drippulse/errors';
import type { Hint } from '@drippulse/events';
import { toDomainError } from '../transcoder/problem.ts';
import { endText, heartbeatText, hintText, openingText } from './event-text.ts';
import type { Hub } from './hub.ts';
import type { StreamMetrics } from './metrics.ts';
import type { Pending } from './pending.ts';

/** A stream to begin: its response has its head. */
export type Opening = {
  response: Writable;
  organizationId: bigint;
  pending: Pending;
  /** The position that the client names. */
  since: bigint | undefined;
  isFor(hint: Hint): boolean;
  /** Throws when the credential does not suffice any more. */
  check(): Promise<void>;
};

/** The open streams of this process. */
export type Streams = {
  /** Writes hints until the client leaves, or until the platform ends the stream; resolves then. */
  run(opening: Opening): Promise<void>;
  /** Asks every client to connect again elsewhere, and refuses new streams. */
  stop(): Promise<void>;
};

/** Precision of what happens at a time. Together with the seconds that a credential is cached it stays below five. */
const tickMs = 250;
const heartbeatMs = 15_000;
/** A stream whose credential cannot be checked for this long ends. */
const mostUncheckedMs = 5000;
/** Time for a client to take the end of its stream. */
const endGraceMs = 1000;

type Stream = Opening & {
  checkedAtMs: number;
  /** When the check began that is under way. */
  checkingSinceMs: number | undefined;
  writtenAtMs: number;
  /** The client has not taken what was written. Nothing more is written meanwhile: hints wait merged. */
  isBlocked: boolean;
};

/** One timer serves all streams, and there is none without a stream. */
export function createStreams({ hub, metrics }: { hub: Hub; metrics: StreamMetrics }): Streams {
  const streams = new Set<Stream>();
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;

  /** The position that a client may resume from: nothing before it waits here. */
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
    // Only the last one has the position: a client that lost one of the others resumes before all of them.
    write(stream, due.map((hint, index) => hintText(hint, index === due.length - 1 ? position : undefined)).join(''));
    for (const { kind } of due) metrics.hintSent(kind);
  }

  function end(stream: Stream, error: DomainError): void {
    if (!streams.delete(stream)) return;
    metrics.ended(error.reason);
    const { response } = stream;
    response.end(endText(error, Math.random()));
    // A client that takes nothing does not take the reason either. It must hold neither its place nor a stop.
    const late = setTimeout(() => response.destroy(), endGraceMs);
    response.once('close', () => clearTimeout(late));
  }

  /** Credentials are cached for some seconds, so most checks cost a look into a map. */
  async function check(stream: Stream): Promise<void> {
    const startedAtMs = performance.now();
    if (stream.checkingSinceMs !== undefined) {
      // No answer is none: whoever was revoked must not read on because identity hangs.
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
      // Its `close` will not come again: nothing would ever end the stream.
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
      // What waits for its second is after the position that the client has: it gets it where it connects again.
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
