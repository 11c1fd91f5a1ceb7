import { signingContract } from '../src/catalog/signing-contract.ts';
import { signatures } from '../src/signing/sign.ts';

/** A request at a receiver, its time of arrival, and whether the receiver must accept it. */
export type SignatureCase = {
  name: string;
  secret: string;
  headers: Record<string, string>;
  body: string;
  /** Seconds since 1970. */
  now: number;
  isValid: boolean;
};

/** Returns cases for every verifier: the vector of the catalog, the vector of the specification, and attacks. */
export function signatureCases(): SignatureCase[] {
  const { secret, id, timestamp, body, signature } = signingContract().testVector;
  const now = Number(timestamp);
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const valid = { secret, headers, body, now, isValid: true };
  const [, mac = ''] = signature.split(',');
  const otherSecret = `whsec_${Buffer.from('another-secret-of-thirty-two-byte').toString('base64')}`;
  const signedByOther = signatures([otherSecret], { id, at: new Date(now * 1000), body });
  const withSignature = (value: string) => ({ ...headers, 'webhook-signature': value });
  const without = (name: string) => Object.fromEntries(Object.entries(headers).filter(([known]) => known !== name));
  const refused = { ...valid, isValid: false };
  return [
    { name: 'the vector of the catalog', ...valid },
    {
      // Test vector of the specification's reference libraries.
      name: 'the vector of Standard Webhooks',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      body: '{"test": 2432232314}',
      now: 1614265330,
      isValid: true,
    },
    { name: 'both signatures of a rotation', ...valid, headers: withSignature(`${signedByOther} ${signature}`) },
    { name: 'five minutes late', ...valid, now: now + 299 },
    { name: 'a clock that is behind', ...valid, now: now - 299 },
    { name: 'a wrong key', ...refused, secret: otherSecret },
    { name: 'no id', ...refused, headers: without('webhook-id') },
    { name: 'no timestamp', ...refused, headers: without('webhook-timestamp') },
    { name: 'no signature', ...refused, headers: without('webhook-signature') },
    { name: 'an empty signature', ...refused, headers: withSignature('') },
    { name: 'a stale timestamp', ...refused, now: now + 301 },
    { name: 'a timestamp of the future', ...refused, now: now - 301 },
    { name: 'a timestamp that is none', ...refused, headers: { ...headers, 'webhook-timestamp': 'soon' } },
    { name: 'a timestamp that was moved', ...refused, headers: { ...headers, 'webhook-timestamp': String(now + 1) } },
    { name: 'another id', ...refused, headers: { ...headers, 'webhook-id': `${id}0` } },
    { name: 'a truncated signature', ...refused, headers: withSignature(`v1,${mac.slice(0, 20)}`) },
    { name: 'a signature of nothing', ...refused, headers: withSignature('v1,') },
    {
      name: 'a tampered signature',
      ...refused,
      headers: withSignature(`v1,${mac[0] === 'A' ? 'B' : 'A'}${mac.slice(1)}`),
    },
    { name: 'a signature of another version', ...refused, headers: withSignature(`v2,${mac}`) },
    { name: 'a signature without a version', ...refused, headers: withSignature(mac) },
    { name: 'a tampered body', ...refused, body: body.replace('"id"', '"ID"') },
    { name: 'a body with a byte more', ...refused, body: `${body} ` },
    { name: 'no body', ...refused, body: '' },
  ];
}
