import { type DescField, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Code, ConnectError } from '@connectrpc/connect';
import { createYielder, joinInTurns } from '@drippulse/loops';
import { encoded } from './codec.ts';

type MessageList = DescField & { fieldKind: 'list'; listKind: 'message' };

/** Bytes that are encoded between two turns of the event loop. */
const turnBytes = 256 * 1024;

/**
 * Encodes a message with all its fields. Yields to other work between the elements of its lists; otherwise a list of
 * megabytes for one client would delay all other clients. The elements are encoded after all other fields, which makes
 * no difference to readers. Throws after a yield if no caller waits for the response any more.
 */
export async function encodeInTurns<D extends DescMessage>(
  desc: D,
  message: MessageShape<D>,
  isCancelled: () => boolean,
): Promise<Buffer> {
  const lists = desc.fields.filter(isMessageList);
  if (lists.length === 0) return encoded(desc, message);
  // The members are read by the names of fields in the message's descriptor.
  const members = message as Record<string, unknown>;
  const others = { ...message, ...Object.fromEntries(lists.map(({ localName }) => [localName, []])) };
  const parts = [toBinary(desc, others)];
  const yieldAfter = createYielder(turnBytes);
  for (const list of lists) {
    for (const element of members[list.localName] as MessageShape<DescMessage>[]) {
      const part = toBinary(list.message, element);
      parts.push(new BinaryWriter().tag(list.number, WireType.LengthDelimited).uint32(part.byteLength).finish(), part);
      const turn = yieldAfter(part.byteLength);
      if (turn === undefined) continue;
      await turn;
      if (isCancelled()) throw new ConnectError('the caller went away', Code.Canceled);
    }
  }
  return joinInTurns(parts);
}

function isMessageList(field: DescField): field is MessageList {
  return field.fieldKind === 'list' && field.listKind === 'message';
}
