using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class CohereReader
{
    public const string LogProbabilitiesKey = "logprobs";

    public static RoutedChatResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        var document = new CohereDocument();
        Parse(body, document, http, call);
        call.Report.RawFinishReason = document.FinishReason;
        CohereFinish.ThrowIfFailed(document.FinishReason, http.Name, call.Report);
        CohereMessage message = document.Message;
        var contents = new List<AIContent>(2);
        if (!string.IsNullOrEmpty(message.Thinking))
        {
            contents.Add(new TextReasoningContent(SurrogateCarry.Repair(message.Thinking)));
        }

        if (!string.IsNullOrEmpty(message.Text))
        {
            contents.Add(new TextContent(SurrogateCarry.Repair(message.Text)) { Annotations = message.Citations });
        }

        for (int i = 0; i < message.Calls.Count; i++)
        {
            ToolCallFragment one = message.Calls[i];
            contents.Add(ToolArguments.ToContent(one.Id ?? $"call_{i}", one.Name ?? "", one.Arguments ?? ""));
        }

        return new RoutedChatResponse(new ChatMessage(ChatRole.Assistant, contents) { MessageId = document.Id })
        {
            ResponseId = document.Id,
            ModelId = call.Model,
            Usage = document.Usage,
            FinishReason = CohereFinish.Map(document.FinishReason, message.Calls.Count > 0),
            AdditionalProperties = Facts(document),
        };
    }

    public static AdditionalPropertiesDictionary? Facts(CohereDocument document) =>
        document.LogProbabilities is { ValueKind: not JsonValueKind.Undefined } probabilities ? new() { [LogProbabilitiesKey] = probabilities } : null;

    public static void Parse(PooledBuffer body, CohereDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || !document.HasMessage)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "message", http, call);
        }
    }
}
