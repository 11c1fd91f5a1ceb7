import * as grpc from '@grpc/grpc-js';

/** Headers that the transport sets itself. */
const ofTransport = new Set(['content-type', 'date', 'grpc-accept-encoding', 'grpc-encoding', 'te', 'user-agent']);

/** The name of the header that carries a client's user agent, because the transport overwrites `user-agent`. */
const agentKey = 'x-user-agent';

/** Turns gRPC metadata into the Headers that Connect's handlers and clients use, with binary values in base64. */
export function toHeaders(metadata: grpc.Metadata): Headers {
  const headers = new Headers();
  for (const key in metadata.getMap()) {
    if (ofTransport.has(key)) continue;
    for (const value of metadata.get(key)) {
      const name = key === agentKey ? 'user-agent' : key;
      headers.append(name, typeof value === 'string' ? value : value.toString('base64'));
    }
  }
  return headers;
}

/**
 * Turns Headers into gRPC metadata, each `set-cookie` as a value of its own. Characters that are not printable ASCII
 * become `?`, because gRPC throws on them.
 */
export function toMetadata(headers: Iterable<[string, string]>): grpc.Metadata {
  const metadata = new grpc.Metadata();
  for (const [name, value] of headers) {
    const key = name === 'user-agent' ? agentKey : name;
    metadata.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value.replace(/[^ -~]/g, '?'));
  }
  return metadata;
}

/** Turns Headers into gRPC metadata; undefined when there are no headers. */
export function fromHeaders(headers: Headers): grpc.Metadata | undefined {
  for (const _ of headers) return toMetadata(headers);
  return undefined;
}
