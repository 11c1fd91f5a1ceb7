import type {
  DescMethod,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
} from '@bufbuild/protobuf';

// Only generated code has the kind of a method in the method's type.

export function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === 'unary';
}

export function takesStream(method: DescMethod): method is DescMethodClientStreaming {
  return method.methodKind === 'client_streaming';
}

export function answersStream(method: DescMethod): method is DescMethodServerStreaming {
  return method.methodKind === 'server_streaming';
}
