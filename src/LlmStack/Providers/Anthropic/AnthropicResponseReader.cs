using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class AnthropicResponseReader
{
    public static RoutedChatResponse Read(PooledBuffer body, in StructuredPlan plan, bool keepRaw, ProviderHttp http, ProviderCall call)
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
            if (AnthropicContents.Of(blocks[i], i) is { } content)
            {
                hasCalls |= content is FunctionCallContent;
                contents.Add(content);
            }
        }

        AnthropicRefusal.AddTo(contents, document);
        var response = new RoutedChatResponse(new ChatMessage(ChatRole.Assistant, contents) { MessageId = document.Id })
        {
            ResponseId = document.Id,
            ModelId = document.Model,
            Usage = document.Usage(),
            FinishReason = StopReasons.Map(document.StopReason, hasCalls),
            RawRepresentation = keepRaw ? RawRequest.Copy(body.WrittenSpan) : null,
        };
        StructuredOutput.Finish(response, plan, http.Name);
        AnthropicCapture.Output(call.Capture, blocks, plan);
        return response;
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
