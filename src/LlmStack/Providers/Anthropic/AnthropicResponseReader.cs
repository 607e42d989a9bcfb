using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class AnthropicResponseReader
{
    public static RoutedChatResponse Read(PooledBuffer body, string? schemaTool, ProviderHttp http, ProviderCall call)
    {
        var document = new AnthropicDocument(call.Model);
        Parse(body, document, http, call);
        call.Report.RawFinishReason = document.StopReason;
        call.Report.ServiceTier = document.ServiceTier;
        List<AnthropicBlock> blocks = document.Content!;
        var contents = new List<AIContent>(blocks.Count);
        bool hasCalls = false;
        for (int i = 0; i < blocks.Count; i++)
        {
            if (AnthropicContents.Of(blocks[i], schemaTool, i) is { } content)
            {
                hasCalls |= content is FunctionCallContent;
                contents.Add(content);
            }
        }

        AnthropicRefusal.AddTo(contents, document);
        AnthropicCapture.Output(call.Capture, blocks, schemaTool);
        return new RoutedChatResponse(new ChatMessage(ChatRole.Assistant, contents) { MessageId = document.Id })
        {
            ResponseId = document.Id,
            ModelId = document.Model,
            Usage = document.Usage(),
            FinishReason = StopReasons.Map(document.StopReason, hasCalls),
        };
    }

    /// <summary>Reads a whole body, and says precisely what is wrong with one that is no answer.</summary>
    public static void Parse(PooledBuffer body, AnthropicDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || document.Content is null)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "content", http, call);
        }
    }
}
