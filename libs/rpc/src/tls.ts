/** PEM files for mutual TLS between services: the authority of the peers' certificates, own certificate and key. */
export type GrpcTls = { caFile: string; certFile: string; keyFile: string };
