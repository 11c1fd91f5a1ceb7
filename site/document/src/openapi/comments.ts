import type { DescEnum, DescField, DescFile, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';
import type { DescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';

/** Returns the leading comment of a declaration; undefined if there is none. */
export type CommentOf = (desc: Declaration) => string | undefined;

type Declaration = DescEnum | DescMessage | DescField | DescService | DescMethod;

/** Reads the comments of files that were built with source info. Generated code lacks the comments. */
export function readComments(files: Iterable<DescFile>): CommentOf {
  const comments = new Map<string, string>();
  for (const { proto } of files) readFile(proto, comments);
  return (desc) => comments.get(nameOf(desc));
}

function nameOf(desc: Declaration): string {
  return desc.kind === 'field' || desc.kind === 'rpc' ? `${desc.parent.typeName}.${desc.name}` : desc.typeName;
}

function readFile(file: FileDescriptorProto, comments: Map<string, string>): void {
  const byPath = new Map<string, string>();
  for (const { path, leadingComments } of file.sourceCodeInfo?.location ?? []) {
    // Joins the wrapped lines of a comment. Paragraphs are kept apart.
    const text = leadingComments
      .trim()
      .replaceAll(/ *\n (?! *\n)/g, ' ')
      .replaceAll(/\n\s*\n/g, '\n\n');
    if (text !== '') byPath.set(path.join('.'), text);
  }
  const note = (name: string, path: string) => {
    const text = byPath.get(path);
    if (text !== undefined) comments.set(name, text);
  };
  // The numbers in a path are the field numbers of FileDescriptorProto, ServiceDescriptorProto and DescriptorProto.
  for (const [index, service] of file.service.entries()) {
    const name = `${file.package}.${service.name}`;
    note(name, `6.${index}`);
    for (const [at, method] of service.method.entries()) note(`${name}.${method.name}`, `6.${index}.2.${at}`);
  }
  for (const [index, { name }] of file.enumType.entries()) note(`${file.package}.${name}`, `5.${index}`);
  for (const [index, message] of file.messageType.entries()) {
    readMessage(message, `${file.package}.${message.name}`, `4.${index}`, note);
  }
}

function readMessage(
  message: DescriptorProto,
  name: string,
  path: string,
  note: (name: string, path: string) => void,
): void {
  note(name, path);
  for (const [index, field] of message.field.entries()) note(`${name}.${field.name}`, `${path}.2.${index}`);
  for (const [index, nested] of message.nestedType.entries()) {
    readMessage(nested, `${name}.${nested.name}`, `${path}.3.${index}`, note);
  }
}
