import * as grpc from '@grpc/grpc-js';

/** gRPC metadata as the Headers that Connect's handlers and clients see; binary values are base64 there. */
export function toHeaders(metadata: grpc.Metadata): Headers {
  const headers = new Headers();
  for (const key of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(key)) {
      headers.append(key, typeof value === 'string' ? value : value.toString('base64'));
    }
  }
  return headers;
}

/** Headers as gRPC metadata. Text values may hold printable ASCII only: anything else would throw, and is a `?`. */
export function toMetadata(headers: Headers): grpc.Metadata {
  const metadata = new grpc.Metadata();
  for (const [key, value] of headers) {
    metadata.set(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value.replace(/[^ -~]/g, '?'));
  }
  return metadata;
}
