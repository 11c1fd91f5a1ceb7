import { readFileSync } from 'node:fs';
import { withConnectDeadline } from '@drippulse/grpc-patches';
import * as grpc from '@grpc/grpc-js';
import type { GrpcTls } from '../tls.ts';

/**
 * Creates the credentials of a port. With TLS, each client must have a certificate from the same authority. Reads the
 * files once.
 */
export function serverCredentials(tls: GrpcTls | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const { ca, cert, key } = read(tls);
  return grpc.ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], true);
}

/**
 * Creates the credentials of a client. With TLS, the server must have a certificate from the same authority, for the
 * host that the client connects to.
 */
export function clientCredentials(tls: GrpcTls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return withConnectDeadline(grpc.credentials.createInsecure());
  const { ca, cert, key } = read(tls);
  return withConnectDeadline(grpc.credentials.createSsl(ca, key, cert));
}

function read({ caFile, certFile, keyFile }: GrpcTls) {
  return { ca: readFileSync(caFile), cert: readFileSync(certFile), key: readFileSync(keyFile) };
}
