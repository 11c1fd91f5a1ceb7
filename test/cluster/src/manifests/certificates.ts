import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { KubernetesObject } from '../tools.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validMs = 24 * 3_600_000;

/**
 * Makes a Secret as cert-manager does: with a new authority, and a certificate that this authority issued for the
 * names.
 */
export async function certificateSecret(
  metadata: { namespace: string; name: string },
  names: string[],
): Promise<KubernetesObject> {
  cryptoProvider.set(globalThis.crypto);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - validMs), notAfter: new Date(Date.now() + validMs) };
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=authority of the test',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=drippulse',
    issuer: authority.subject,
    publicKey: own.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
  });
  const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'kubernetes.io/tls',
    stringData: {
      'ca.crt': authority.toString('pem'),
      'tls.crt': certificate.toString('pem'),
      'tls.key': PemConverter.encode(key, 'PRIVATE KEY'),
    },
  };
}
