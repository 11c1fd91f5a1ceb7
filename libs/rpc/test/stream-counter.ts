import { startWatchedLine } from './watched-line.ts';

/**
 * Constants of HTTP/2 (RFC 9113): the lengths of the client's preface and of a frame header, and the frame type that
 * opens a stream.
 */
const prefaceBytes = 24;
const headBytes = 9;
const headers = 1;

/** Forwards connections to a local port and counts the streams that clients open on them. */
export async function startStreamCounter(target: number) {
  let streams = 0;
  const line = await startWatchedLine(target, () => {
    let skipped = prefaceBytes;
    let head = Buffer.alloc(0);
    return (piece) => {
      for (let rest = piece; rest.length > 0; ) {
        const passed = Math.min(skipped, rest.length);
        skipped -= passed;
        rest = rest.subarray(passed);
        const wanted = headBytes - head.length;
        head = Buffer.concat([head, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (head.length < headBytes) continue;
        if (head[3] === headers) streams += 1;
        skipped = head.readUIntBE(0, 3);
        head = Buffer.alloc(0);
      }
    };
  });
  return { ...line, streams: () => streams };
}
