import * as grpc from '@grpc/grpc-js';

/** What the transport says to itself: no method and no caller has a use for it. */
const ofTransport = new Set(['content-type', 'date', 'grpc-accept-encoding', 'grpc-encoding', 'te', 'user-agent']);

/** gRPC metadata as the Headers that Connect's handlers and clients see; binary values are base64 there. */
export function toHeaders(metadata: grpc.Metadata): Headers {
  const headers = new Headers();
  for (const key in metadata.getMap()) {
    if (ofTransport.has(key)) continue;
    for (const value of metadata.get(key)) {
      headers.append(key, typeof value === 'string' ? value : value.toString('base64'));
    }
  }
  return headers;
}

/** Headers as gRPC metadata. Text values may hold printable ASCII only: anything else would throw, and is a `?`. */
export function toMetadata(headers: Iterable<[string, string]>): grpc.Metadata {
  const metadata = new grpc.Metadata();
  for (const [key, value] of headers) {
    metadata.set(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value.replace(/[^ -~]/g, '?'));
  }
  return metadata;
}

/** The same of headers that may be none: undefined then. */
export function fromHeaders(headers: Headers): grpc.Metadata | undefined {
  for (const _ of headers) return toMetadata(headers);
  return undefined;
}
