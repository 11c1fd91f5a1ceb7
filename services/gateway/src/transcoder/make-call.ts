import type { DescMethodClientStreaming, DescMethodServerStreaming, DescMethodUnary } from '@bufbuild/protobuf';
import type { UnaryResponse } from '@connectrpc/connect';
import type { Shares } from '@drippulse/loops';
import { followWork, isLargeListError, type ListSize, listSizeMetadata, withLargeAnswer } from '@drippulse/rpc';
import { answerCurrent } from './answer-current.ts';
import { answerEvents } from './answer-events.ts';
import { answerStream } from './answer-stream.ts';
import { answerUnary, type Sending } from './answer-unary.ts';
import { type Call, type CallOptions, timeoutMsOf } from './call.ts';
import { callHeaders, type Signing } from './call-headers.ts';
import { type Decoding, decodeParameters, decodeRequest } from './decode-request.ts';
import { holderOf, type LargerLists, poolOf } from './holdings.ts';
import { answersStream, isUnary, takesStream } from './method-kinds.ts';
import { checkUploadSize, spool } from './spool.ts';
import { openUpload } from './upload.ts';
import { waitFor } from './wait-for.ts';

/**
 * Calls the method of a route, and writes the response. The call begins only after the last byte of the request has
 * arrived.
 */
export async function makeCall(options: CallOptions, call: Call): Promise<void> {
  const { method } = call.route;
  if (call.route.rest.eventStream) await answerEvents(options, call);
  else if (takesStream(method)) await callUpload(options, call, method);
  else if (isUnary(method) && call.route.isList) await callList(options, call, method);
  else if (isUnary(method))
    await callUnary(options, call, method).catch((error) => answerCurrent(options, call, error));
  else if (answersStream(method)) await callStream(options, call, method);
}

async function callUpload(options: CallOptions, call: Call, method: DescMethodClientStreaming): Promise<void> {
  const { holdings, bodyIdleTimeoutMs: idleTimeoutMs } = options;
  const { request, route, exchange, client } = call;
  const { bodyField, upstream } = route;
  if (bodyField === undefined) throw new Error(`${method.toString()} streams a body without BODY_STREAM`);
  checkUploadSize(request);
  const holder = holderOf(exchange);
  await using opened = new AsyncDisposableStack();
  const place = holdings.uploads.take(holder, 1);
  opened.defer(() => place.release());
  const held = holdings.uploadBytes.take(holder, 0);
  opened.defer(() => held.release());
  const first = decodeParameters(request, route, decodingOf(call));
  const spooled = await spool(await openUpload(request, idleTimeoutMs), { idleTimeoutMs, held });
  opened.defer(() => spooled.close());
  // The connection is silent while the service works on the upload. Node resets the timeout for the next request.
  request.setTimeout(timeoutMsOf(route));
  // Stops the messages if the service responds before they end.
  opened.defer(() => client.abort());
  const headers = await headersOf(options, call);
  const messages = spooled.messages(first, bodyField);
  const reply = await upstream.transport.stream(method, client.signal, timeoutMsOf(route), headers, messages);
  await answer(options, call, { header: reply.header, message: await onlyMessage(reply.message) });
}

async function callUnary(options: CallOptions, call: Call, method: DescMethodUnary): Promise<void> {
  const { holdings, bodyIdleTimeoutMs: idleTimeoutMs } = options;
  const { request, route, exchange, client } = call;
  const held = route.hasBody ? poolOf(holdings, exchange).bodyBytes.take(holderOf(exchange), 0) : nothing;
  try {
    const message = await decodeRequest(request, route, decodingOf(call), { idleTimeoutMs, held });
    const headers = await headersOf(options, call);
    const reply = await route.upstream.transport.unary(method, client.signal, timeoutMsOf(route), headers, message);
    held.release();
    await answer(options, call, reply);
  } finally {
    held.release();
  }
}

/**
 * Calls a list as a small one. If the list has more bytes than that, the service refuses as soon as it has read too
 * many. The list is then called again as a medium one and, if necessary, as a large one, each time with a place in
 * `inWork`. The place is kept until the JSON is made, so that there are never more medium or large lists in memory than
 * places.
 */
async function callList(options: CallOptions, call: Call, method: DescMethodUnary): Promise<void> {
  const { lists, mediumLists, largeLists } = poolOf(options.holdings, call.exchange);
  const small = await unlessLarger(askForList(options, call, method, { size: 'small', places: lists }));
  if (small !== undefined) return answerList(options, call, small, { onHeld: small.release });
  if (!(await answerAs('medium', mediumLists))) await answerAs('large', largeLists);

  /** Calls a list with the given size limit. Returns true if the list fitted, so that the response was written. */
  async function answerAs(size: 'medium' | 'large', { all, inWork }: LargerLists): Promise<boolean> {
    const place = await waitFor(all, holderOf(call.exchange), 1, call.client.signal);
    try {
      const asking = askForList(options, call, method, { size, places: inWork });
      const asked = size === 'large' ? await asking : await unlessLarger(asking);
      if (asked === undefined) return false;
      // While a client does not read its responses, the JSON of one list waits for room. The list has released its
      // place in `inWork` by then, because other clients need it.
      await answerList(options, call, asked, { onMade: asked.release, onHeld: () => place.release() });
      return true;
    } finally {
      place.release();
    }
  }
}

function unlessLarger(asking: Promise<Asked>): Promise<Asked | undefined> {
  return asking.catch((error: unknown) => {
    if (!isLargeListError(error)) throw error;
    return undefined;
  });
}

type Steps = Pick<Sending, 'onMade' | 'onHeld'>;
type Asked = { reply: UnaryResponse; release(): void };

async function askForList(
  options: CallOptions,
  call: Call,
  method: DescMethodUnary,
  { size, places }: { size: ListSize; places: Shares },
): Promise<Asked> {
  const { request, route, exchange, client } = call;
  const place = await waitFor(places, holderOf(exchange), 1, client.signal);
  const work = followWork(size === 'small' ? undefined : withLargeAnswer());
  // A place belongs to the work and not to the client. Otherwise a client that repeatedly sends a request and leaves
  // could start unlimited work.
  const release = () => void work.ended().then(() => place.release());
  try {
    const message = decodeParameters(request, route, decodingOf(call));
    const headers = await headersOf(options, call);
    headers.set(listSizeMetadata, size);
    const { transport } = route.upstream;
    const reply = await transport.unary(method, client.signal, timeoutMsOf(route), headers, message, work.values);
    return { reply, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function answerList(options: CallOptions, call: Call, { reply, release }: Asked, steps: Steps): Promise<void> {
  try {
    await answer(options, call, reply, steps);
  } finally {
    release();
  }
}

async function callStream(options: CallOptions, call: Call, method: DescMethodServerStreaming): Promise<void> {
  const { holdings, bodyIdleTimeoutMs: idleTimeoutMs } = options;
  const { request, response, route, exchange, client } = call;
  const held = route.hasBody ? poolOf(holdings, exchange).bodyBytes.take(holderOf(exchange), 0) : nothing;
  try {
    const message = await decodeRequest(request, route, decodingOf(call), { idleTimeoutMs, held });
    const headers = await headersOf(options, call);
    const messages = oneMessage(message);
    const reply = await route.upstream.transport.stream(method, client.signal, timeoutMsOf(route), headers, messages);
    await answerStream(response, route, reply, client);
  } finally {
    held.release();
  }
}

/** Used instead of counting bytes, for a request that has no body. */
const nothing = { add: () => undefined, release: () => undefined };

function decodingOf({ parameters, exchange: { isStrict } }: Call): Decoding {
  return { path: parameters, isStrict };
}

function headersOf(signing: Signing, { request, route, exchange }: Call): Promise<Headers> {
  return callHeaders(request, route, exchange, signing);
}

async function answer(
  { holdings, compress, fixedBodyOf }: CallOptions,
  { response, route, exchange, client }: Call,
  reply: { header: Headers; message: unknown },
  steps: Steps = {},
): Promise<void> {
  const { unread } = poolOf(holdings, exchange);
  const reader = { unread, holder: holderOf(exchange), signal: client.signal };
  await answerUnary(response, route, reply, { ...reader, ...steps, compress, fixedBodyOf });
}

async function* oneMessage<T>(message: T): AsyncGenerator<T> {
  yield message;
}

/** Reads the only message of a call to the end, because the status comes after it. */
async function onlyMessage<T>(messages: AsyncIterable<T>): Promise<T> {
  const received: T[] = [];
  for await (const message of messages) received.push(message);
  const [only] = received;
  if (only === undefined) throw new Error('the service ended a call without an answer');
  return only;
}
