import { beginRequest, type Sender } from './begin-request.ts';
import { failureMessages, HttpFailure } from './failure.ts';
import { readBody } from './read-body.ts';
import { type Download, defaultReadBytes, type HttpRequest, type WholeAnswer } from './request.ts';

/** Sends a request, and reads the response. Keeps the first `keepBytes` of its body. */
export async function readAll(sender: Sender, request: HttpRequest): Promise<WholeAnswer> {
  const { answer, elapsedMs, failure, end } = await beginRequest(sender, request);
  try {
    const { body, truncated } = await readBody(answer.body, {
      maxReadBytes: request.maxReadBytes ?? defaultReadBytes,
      keepBytes: request.keepBytes ?? 16 * 1024,
    });
    return { statusCode: answer.statusCode, headers: joined(answer.headers), body, truncated, durationMs: elapsedMs() };
  } catch (cause) {
    throw failure(cause);
  } finally {
    end();
  }
}

/** Sends a request, and returns the response before its body is read. The deadline lasts until the end of the body. */
export async function pour(sender: Sender, request: HttpRequest): Promise<Download> {
  const { answer, elapsedMs, failure, end } = await beginRequest(sender, request);
  const most = request.maxReadBytes ?? defaultReadBytes;
  const tooLarge = () =>
    new HttpFailure('too_large', failureMessages.too_large, { durationMs: elapsedMs(), mayHaveBeenSent: true });
  async function* pieces(): AsyncGenerator<Buffer> {
    let bytes = 0;
    try {
      // A body that is too large by its announced length is refused before its first byte.
      if (Number(answer.headers['content-length'] ?? 0) > most) throw tooLarge();
      for await (const chunk of answer.body) {
        const piece: Buffer = chunk;
        bytes += piece.length;
        if (bytes > most) throw tooLarge();
        yield piece;
      }
    } catch (cause) {
      answer.body.destroy();
      throw cause instanceof HttpFailure ? cause : failure(cause);
    } finally {
      end();
    }
  }
  return { statusCode: answer.statusCode, headers: joined(answer.headers), body: pieces() };
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
