import { hash } from 'node:crypto';
import type { TransportMessage } from '../transport.ts';

/** Bytes of a hash. */
export const hashBytes = 32;

// The first byte keeps leaves and nodes apart, so that a node cannot pass as a leaf (RFC 6962, 2.1).
const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

/** Computes the hash of a message: of everything that a consumer reads from it, except its trace. */
export function leafOf(topic: string, { key, headers, value }: TransportMessage): Buffer {
  const { ce_id: id, ce_type: type, ce_time: time, organization } = headers;
  // A line feed ends the head. It cannot occur within the head, because `JSON.stringify` escapes line feeds.
  const head = `${JSON.stringify([topic, key, id, type, time, organization])}\n`;
  return sha256([leafMark, Buffer.from(head), value]);
}

/** Builds a tree of hashes: its root, and for each leaf the hashes that lead from it to the root. */
export function treeOf(leaves: readonly Buffer[]): { root: Buffer; paths: Buffer[][] } {
  const paths = leaves.map((): Buffer[] => []);
  let level = leaves.map((leaf, index) => ({ hash: leaf, leaves: [index] }));
  while (level.length > 1) {
    const above: typeof level = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = level.slice(index, index + 2);
      if (left === undefined) break;
      if (right === undefined) {
        above.push(left);
        continue;
      }
      for (const leaf of left.leaves) paths[leaf]?.push(right.hash);
      for (const leaf of right.leaves) paths[leaf]?.push(left.hash);
      above.push({ hash: nodeOf(left.hash, right.hash), leaves: [...left.leaves, ...right.leaves] });
    }
    level = above;
  }
  return { root: level[0]?.hash ?? Buffer.alloc(hashBytes), paths };
}

/**
 * Computes the hash above two other hashes. These are sorted, so that a path need not record on which side a hash is.
 */
export function nodeOf(one: Buffer, other: Buffer): Buffer {
  return one.compare(other) < 0 ? sha256([nodeMark, one, other]) : sha256([nodeMark, other, one]);
}

function sha256(parts: readonly Uint8Array[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}
