import type {
  DescMethod,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
} from '@bufbuild/protobuf';

// The kind of a method is part of its type only where generated code names it.

export function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === 'unary';
}

export function takesStream(method: DescMethod): method is DescMethodClientStreaming {
  return method.methodKind === 'client_streaming';
}

export function answersStream(method: DescMethod): method is DescMethodServerStreaming {
  return method.methodKind === 'server_streaming';
}
