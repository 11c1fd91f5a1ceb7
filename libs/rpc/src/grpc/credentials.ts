import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import type { GrpcTls } from './tls.ts';

/** What a port asks of those who connect: with files, a certificate of the same authority; files are read once. */
export function serverCredentials(tls: GrpcTls | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const { ca, cert, key } = read(tls);
  return grpc.ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], true);
}

/** What a client shows, and expects of the port: a certificate of that authority for the host it connects to. */
export function clientCredentials(tls: GrpcTls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  const { ca, cert, key } = read(tls);
  return grpc.credentials.createSsl(ca, key, cert);
}

function read({ caFile, certFile, keyFile }: GrpcTls) {
  return { ca: readFileSync(caFile), cert: readFileSync(certFile), key: readFileSync(keyFile) };
}
