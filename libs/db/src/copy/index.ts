// COPY, for services that insert thousands of rows in one transaction.
export { copyBuffer } from './copy-buffer.ts';
export { type CopyBuffer, type CopyRow, startCopy } from './format.ts';
