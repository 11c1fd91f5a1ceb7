import { inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/**
 * Returns one file of a zip archive (such as a jar) that is unencrypted and smaller than 4 GB; undefined if the archive
 * lacks the file.
 */
export function unzipFile(archive: Buffer, name: string): Buffer | undefined {
  const end = archive.lastIndexOf(Buffer.from(new Uint32Array([endOfDirectory]).buffer));
  if (end < 0) throw new Error('not a zip archive');
  const entries = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let left = entries; left > 0 && archive.readUInt32LE(at) === directoryEntry; left -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    const found = archive.toString('utf8', at + 46, at + 46 + nameLength);
    if (found === name) return contentOf(archive, at);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return undefined;
}

function contentOf(archive: Buffer, entry: number): Buffer {
  const isStored = archive.readUInt16LE(entry + 10) === 0;
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(start, start + size);
  return isStored ? Buffer.from(bytes) : inflateRawSync(bytes);
}
