/**
 * PEM files for mutual TLS between services: the certificate authority of the peers, and the process's own certificate
 * and key.
 */
export type GrpcTls = { caFile: string; certFile: string; keyFile: string };
