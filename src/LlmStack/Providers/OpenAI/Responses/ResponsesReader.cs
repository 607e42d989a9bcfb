using System.Text.Json;
using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class ResponsesReader
{
    public static RoutedChatResponse Read(PooledBuffer body, ResponsesRequest request, ProviderHttp http, ProviderCall call)
    {
        var document = new ResponsesDocument(call.Model);
        Parse(body, document, http, call);
        call.Report.RawFinishReason = document.RawFinish;
        call.Report.ServiceTier = document.ServiceTier;
        call.Report.ReportedCost = document.ReportedCost ?? call.Report.ReportedCost;
        var contents = new List<AIContent>(document.Output.GetArrayLength());
        bool hasCalls = false;
        foreach (JsonElement item in document.Output.EnumerateArray())
        {
            ResponsesItems.AddTo(contents, item, call.DeploymentId);
            hasCalls |= contents.Count > 0 && contents[^1] is FunctionCallContent;
        }

        var message = new ChatMessage(ChatRole.Assistant, contents) { MessageId = document.Id, CreatedAt = document.Created };
        var response = new RoutedChatResponse(message)
        {
            ResponseId = document.Id,
            ConversationId = request.ConversationOf(document),
            ModelId = document.Model,
            CreatedAt = document.Created,
            Usage = document.Usage,
            FinishReason = ResponsesFinish.Map(document, hasCalls),
        };
        ClientCapture.Output(call.Capture, response);
        return response;
    }

    /// <summary>Reads a whole body, and says precisely what is wrong with one that is no answer.</summary>
    public static void Parse(PooledBuffer body, ResponsesDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || document.Output.ValueKind != JsonValueKind.Array)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "output", http, call);
        }
    }
}
