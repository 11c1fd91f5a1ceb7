import type { HttpBody } from '@drippulse/proto/google/api/httpbody_pb';

/** The messages of an upload. The first message has the parameters. */
export type UploadMessages = AsyncIterable<{ body?: HttpBody; dryRun?: boolean }>;

/** An upload whose first message has arrived. */
export type OpenUpload = { isDryRun: boolean; contentType: string; chunks: AsyncIterable<Uint8Array> };

export async function openUpload(requests: UploadMessages): Promise<OpenUpload> {
  const messages = requests[Symbol.asyncIterator]();
  const first = await messages.next();
  async function* chunks() {
    for (let next = first; !next.done; next = await messages.next()) yield next.value.body?.data ?? new Uint8Array();
  }
  const { dryRun, body } = first.done === true ? {} : first.value;
  return { isDryRun: dryRun === true, contentType: body?.contentType ?? '', chunks: chunks() };
}
