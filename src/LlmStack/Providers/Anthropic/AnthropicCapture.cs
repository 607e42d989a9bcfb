using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Leaves what was sent and what came for the trace.</summary>
internal static class AnthropicCapture
{
    /// <summary>The request: the bytes that were sent, unless media is among them, which a trace does not hold in this shape.</summary>
    public static void Input(IContentCapture capture, PooledBuffer body, int end, bool hasMedia, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (capture is not { IsEnabled: true, HasInput: false })
        {
            return;
        }

        if (hasMedia)
        {
            ClientCapture.Input(capture, messages, options);
            return;
        }

        // The next field starts with a comma; closing the object there for a moment makes what is before it a value of its own.
        ref byte comma = ref body.Bytes[end];
        byte kept = comma;
        comma = (byte)'}';
        capture.SetInput(body.WrittenSpan[..(end + 1)]);
        comma = kept;
    }

    /// <summary>The answer, as the message that it is in the shape of most traces.</summary>
    public static void Output(IContentCapture capture, List<AnthropicBlock> blocks, in StructuredPlan plan)
    {
        if (!capture.IsEnabled)
        {
            return;
        }

        string? schemaTool = plan.Method == StructuredMethod.ForcedTool ? StructuredOutput.ToolName : null;

        using var message = new StreamCapture(plainText: false);
        ToolCallAssembler? tools = null;
        for (int i = 0; i < blocks.Count; i++)
        {
            AnthropicBlock block = blocks[i];
            if (block.Kind == AnthropicBlockKind.Text)
            {
                message.AddText(block.Text);
            }
            else if (block.Kind == AnthropicBlockKind.Thinking)
            {
                message.AddReasoning(block.Text);
            }
            else if (AnthropicContents.IsSchemaTool(block, schemaTool))
            {
                message.AddText(block.Input);
            }
            else if (block.Kind == AnthropicBlockKind.ToolUse)
            {
                (tools ??= new ToolCallAssembler()).TryAdd(new ToolCallFragment(0, i, block.Id, block.Name, block.Input));
            }
        }

        message.Write(capture, tools, refusal: null);
    }
}
