import 'reflect-metadata';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { GrpcTls } from '../src/tls.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validMs = 3_600_000;

/** Creates a certificate authority that issues the files of services at 127.0.0.1. */
export async function createAuthority(name: string): Promise<{ issue(service: string): Promise<GrpcTls> }> {
  cryptoProvider.set(globalThis.crypto);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-certificates-'));
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - validMs), notAfter: new Date(Date.now() + validMs) };
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });

  function write(file: string, text: string): string {
    const target = path.join(folder, file);
    writeFileSync(target, text);
    return target;
  }

  return {
    async issue(service) {
      const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const certificate = await X509CertificateGenerator.create({
        ...validity,
        subject: `CN=${service}`,
        issuer: authority.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
      });
      const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        caFile: write('ca.pem', authority.toString('pem')),
        certFile: write(`${service}.pem`, certificate.toString('pem')),
        keyFile: write(`${service}.key`, PemConverter.encode(key, 'PRIVATE KEY')),
      };
    },
  };
}
