using LlmStack.Providers.Http;

namespace LlmStack.Providers.Anthropic;

/// <summary>Leaves the answer for the trace.</summary>
internal static class AnthropicCapture
{
    public static void Output(IContentCapture capture, List<AnthropicBlock> blocks, string? schemaTool)
    {
        if (!capture.IsEnabled)
        {
            return;
        }

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
