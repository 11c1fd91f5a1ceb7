import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { servicesByOwner } from '../upstreams.ts';
import { buildDocument } from './build-document.ts';

/** The OpenAPI document of the public services as text, from an image of `buf build`, which holds the comments. */
export function documentFromImage(image: Uint8Array): string {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const services = Object.values(servicesByOwner)
    .flat()
    .map(({ typeName }) => {
      const service = registry.getService(typeName);
      if (service === undefined) throw new Error(`The image has no ${typeName}`);
      return service;
    });
  return `${JSON.stringify(buildDocument(services), null, 2)}\n`;
}
