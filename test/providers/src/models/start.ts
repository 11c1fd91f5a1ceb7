import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropicAnswer, billOf, type ModelCall, openaiAnswer, type Reply } from './answers.ts';
import { anthropicRequest, openaiRequest } from './requests.ts';

/**
 * Starts a strict provider of models for both protocols. It computes its own bill, and shares no code with `agents`.
 */
export async function startModelProvider() {
  const requests: ModelCall[] = [];
  const script: Reply[] = [];
  let standard: Reply | ((request: ModelCall) => Reply) = { text: '{}' };
  let bill = 0n;
  let held: Promise<void> | undefined;
  let noted: ((request: ModelCall) => void | Promise<void>) | undefined;
  const silent = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void handle(request, Buffer.concat(chunks).toString(), response);
    });
  });

  async function handle(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const isOpenai = path === '/v1/chat/completions';
    const read = (isOpenai ? openaiRequest : anthropicRequest).safeParse(parsed(body));
    if (!read.success || (!isOpenai && path !== '/v1/messages')) {
      response.writeHead(400).end(JSON.stringify({ error: { message: read.error?.message ?? path } }));
      requests.push({ path, body, headers: request.headers, model: 'INVALID' });
      return;
    }
    const own = { path, body, headers: request.headers, model: read.data.model };
    requests.push(own);
    const reply = script.shift() ?? (typeof standard === 'function' ? standard(own) : standard);
    bill += billOf(own, reply);
    await noted?.(own);
    await held;
    if (reply.delayMs !== undefined) await sleep(reply.delayMs);
    if (reply.isSilent === true) return void silent.add(response);
    if (reply.hangUp === true) return void request.socket.destroy();
    const status = reply.status ?? 200;
    const answer =
      status === 200
        ? isOpenai
          ? openaiAnswer(own, reply)
          : anthropicAnswer(own, reply)
        : { error: { message: 'no' } };
    response.writeHead(status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body ?? JSON.stringify(answer));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // `address()` returns an AddressInfo for a server that listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    /** Returns the sum that the provider has billed, in pico-USD. */
    bill: () => bill,
    answer(reply: typeof standard) {
      standard = reply;
    },
    answerNext: (...replies: Reply[]) => void script.push(...replies),
    /** Delays the responses to all requests until the returned function is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    /** Sets a function that is called for each received request, before the response is sent. */
    onRequest(note: typeof noted) {
      noted = note;
    },
    clear() {
      requests.length = 0;
      script.length = 0;
      standard = { text: '{}' };
      noted = undefined;
      for (const response of silent) response.destroy();
      silent.clear();
    },
    async stop() {
      for (const response of silent) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type ModelProvider = Awaited<ReturnType<typeof startModelProvider>>;

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
