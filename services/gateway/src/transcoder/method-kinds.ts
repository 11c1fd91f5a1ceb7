import type {
  DescMethod,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
} from '@bufbuild/protobuf';

// These functions narrow the type of a method by its kind. A comparison of `methodKind` does not narrow `DescMethod`.

export function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === 'unary';
}

export function takesStream(method: DescMethod): method is DescMethodClientStreaming {
  return method.methodKind === 'client_streaming';
}

export function answersStream(method: DescMethod): method is DescMethodServerStreaming {
  return method.methodKind === 'server_streaming';
}
