import { type KeyObject, sign, verify } from 'node:crypto';
import type { TransportMessage } from '../transport.ts';
import { hashBytes, leafOf, nodeOf, treeOf } from './tree.ts';

/** Ed25519 keys: the key with which this service signs, and the public keys of every service by their ids. */
export type EventKeys = {
  signing: { kid: string; key: KeyObject };
  verifying: ReadonlyMap<string, { service: string; key: KeyObject }>;
};

/** The header with key id, signature and path to the signed root, the last two in base64url. */
export const signatureHeader = 'signature';

/**
 * Number of messages that share a signature. An Ed25519 signature costs as much as a hundred hashes. A tree of 32
 * messages adds five hashes to each message. With 64 messages, signing would cost half as much, but its cost is already
 * only a fraction of the cost of sending.
 */
const messagesOfSignature = 32;
const longestPath = 16 * hashBytes;
const context = Buffer.from('drippulse events 1\n');
/** Maximum number of kept hashes, enough for 260 trees, which are 8,000 messages. */
const keptHashes = 16_384;

/** Adds to each message a signature of the service that publishes the topic. */
export function signMessages(
  topic: string,
  messages: readonly TransportMessage[],
  { signing }: EventKeys,
): TransportMessage[] {
  const signed: TransportMessage[] = [];
  for (let start = 0; start < messages.length; start += messagesOfSignature) {
    const group = messages.slice(start, start + messagesOfSignature);
    const { root, paths } = treeOf(group.map((message) => leafOf(topic, message)));
    const signature = `${signing.kid} ${sign(null, signedText(root), signing.key).toString('base64url')}`;
    for (const [index, message] of group.entries()) {
      const path = Buffer.concat(paths[index] ?? []).toString('base64url');
      signed.push({ ...message, headers: { ...message.headers, [signatureHeader]: `${signature} ${path}` } });
    }
  }
  return signed;
}

/** Returns the reason why a message is not from a publisher of its topic; undefined when it is from one. */
export type Verify = (topic: string, message: TransportMessage) => string | undefined;

/**
 * Makes a function that verifies signatures. `publishersOf` returns the services that may sign the events of a topic:
 * the topic's service, or the service in whose process it runs.
 */
export function createVerify({ verifying }: EventKeys, publishersOf: (topic: string) => readonly string[]): Verify {
  // Hashes from trees whose signature was valid, oldest first, each with the id of the key. Most messages of these
  // trees need no further check of a signature.
  const proven = new Set<string>();
  const idOf = (kid: string, hash: Buffer) => `${kid} ${hash.toString('latin1')}`;

  function remember(ids: readonly string[]): void {
    for (const id of ids) proven.add(id);
    for (const oldest of proven) if (proven.size <= keptHashes || !proven.delete(oldest)) break;
  }

  function isSigned(leaf: Buffer, path: Buffer, { kid, key, signature }: Claim): boolean {
    const passed = [idOf(kid, leaf)];
    let node = leaf;
    for (let start = 0; start < path.byteLength && !proven.has(idOf(kid, node)); start += hashBytes) {
      const sibling = path.subarray(start, start + hashBytes);
      node = nodeOf(node, sibling);
      passed.push(idOf(kid, sibling), idOf(kid, node));
    }
    const isProven = proven.has(idOf(kid, node)) || verify(null, signedText(node), key, signature);
    if (isProven) remember(passed);
    return isProven;
  }

  return (topic, message) => {
    const header = message.headers[signatureHeader];
    if (header === undefined) return 'The event is not signed.';
    const [kid = '', signature = '', encodedPath = ''] = header.split(' ');
    const signer = verifying.get(kid);
    if (signer === undefined) return 'The event is signed by an unknown key.';
    if (!publishersOf(topic).includes(signer.service)) {
      return `The event is signed by ${signer.service}, which does not publish ${topic}.`;
    }
    const path = Buffer.from(encodedPath, 'base64url');
    const isPath = path.byteLength % hashBytes === 0 && path.byteLength <= longestPath;
    const claim = { kid, key: signer.key, signature: Buffer.from(signature, 'base64url') };
    return isPath && isSigned(leafOf(topic, message), path, claim) ? undefined : 'The signature of the event is wrong.';
  };
}

type Claim = { kid: string; key: KeyObject; signature: Buffer };

function signedText(root: Buffer): Buffer {
  return Buffer.concat([context, root]);
}
