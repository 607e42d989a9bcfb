using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class BedrockReader
{
    /// <summary>What guardrails did, on the response.</summary>
    public const string TraceKey = "bedrock.trace";

    public static RoutedChatResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        var document = new BedrockDocument();
        Parse(body, document, http, call);
        call.Report.RawFinishReason = document.StopReason;
        call.Report.ServiceTier = document.ServiceTier;
        BedrockFinish.ThrowIfFailed(document.StopReason, http.Name, call.Report);
        var contents = new List<AIContent>(document.Content.GetArrayLength());
        bool hasCalls = false;
        foreach (JsonElement block in document.Content.EnumerateArray())
        {
            BedrockContents.AddTo(contents, block);
            hasCalls |= contents[^1] is FunctionCallContent;
        }

        return new RoutedChatResponse(new ChatMessage(ChatRole.Assistant, contents) { MessageId = call.Report.RequestId })
        {
            ResponseId = call.Report.RequestId,
            ModelId = call.Model,
            Usage = document.Usage,
            FinishReason = BedrockFinish.Map(document.StopReason, hasCalls),
            AdditionalProperties = Facts(document),
        };
    }

    public static AdditionalPropertiesDictionary? Facts(BedrockDocument document) =>
        document.Trace.ValueKind == JsonValueKind.Undefined ? null : new() { [TraceKey] = document.Trace };

    public static void Parse(PooledBuffer body, BedrockDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        if (document.Content.ValueKind != JsonValueKind.Array)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, hasError: false, "output", http, call);
        }
    }
}
