import { z } from 'zod';

const text = z.union([z.string(), z.array(z.strictObject({ type: z.literal('text'), text: z.string() }))]);

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

function answersEveryCall(messages: readonly { role: string; tool_calls?: { id: string }[]; tool_call_id?: string }[]) {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id ?? '')) return false;
      open = open.filter((id) => id !== message.tool_call_id);
    } else {
      if (open.length > 0) return false;
      open = (message.tool_calls ?? []).map(({ id }) => id);
    }
  }
  return open.length === 0;
}

/** Schema of the requests in OpenAI's protocol that the service may make. */
export const openaiRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z
    .array(
      z.union([
        z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: text }),
        z.strictObject({
          role: z.literal('assistant'),
          content: text.nullable(),
          tool_calls: z.array(toolCall).min(1),
        }),
        z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: z.string() }),
      ]),
    )
    .min(2)
    .refine(([first, second]) => first?.role === 'system' && second?.role === 'user')
    .refine(answersEveryCall, 'each call of a tool has one result, directly after it'),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          description: z.string(),
          parameters: z.looseObject({ type: z.literal('object') }),
        }),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z.literal('auto').optional(),
  response_format: z
    .strictObject({
      type: z.literal('json_schema'),
      json_schema: z.strictObject({
        name: z.string(),
        strict: z.literal(false),
        schema: z.looseObject({ type: z.literal('object') }),
      }),
    })
    .optional(),
});

const toolId = z.string().regex(/^[a-zA-Z0-9_-]+$/);
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
// Anthropic refuses empty text blocks.
const textBlock = z.strictObject({ type: z.literal('text'), text: z.string().min(1) });
const anthropicMessage = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    content: z
      .array(
        z.union([
          textBlock,
          z.strictObject({
            type: z.literal('tool_result'),
            tool_use_id: toolId,
            content: z.union([z.string(), z.array(textBlock)]),
          }),
        ]),
      )
      .min(1),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z
      .array(
        z.union([
          textBlock,
          z.strictObject({
            type: z.literal('tool_use'),
            id: toolId,
            name: toolName,
            input: z.record(z.string(), z.unknown()),
          }),
        ]),
      )
      .min(1),
  }),
]);

/**
 * Whether roles alternate, and whether each message with tool calls is followed by a message that begins with the
 * results of all these calls.
 */
function isConversation(messages: readonly z.infer<typeof anthropicMessage>[]): boolean {
  return messages.every(({ role, content }, index) => {
    if (role !== (index % 2 === 0 ? 'user' : 'assistant')) return false;
    const before = messages[index - 1]?.content ?? [];
    const asked = before.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const given = content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
    const first = content.slice(0, given.length).every(({ type }) => type === 'tool_result');
    const isWhole = new Set(given).size === given.length && given.length === asked.length;
    return isWhole && first && asked.every((id) => given.includes(id));
  });
}

/** Schema of the requests in Anthropic's protocol that the service may make. */
export const anthropicRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  system: z.array(textBlock).min(1),
  messages: z
    .array(anthropicMessage)
    .min(1)
    .refine(isConversation, 'roles take turns, and each call of a tool has its result in the message after it'),
  tools: z
    .array(
      z.strictObject({
        name: toolName,
        description: z.string(),
        input_schema: z.looseObject({ type: z.literal('object') }),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z
    .union([
      z.strictObject({ type: z.literal('auto') }),
      z.strictObject({ type: z.literal('any'), disable_parallel_tool_use: z.literal(true) }),
    ])
    .optional(),
  output_config: z
    .strictObject({ format: z.strictObject({ type: z.literal('json_schema'), schema: z.looseObject({}) }) })
    .optional(),
});
