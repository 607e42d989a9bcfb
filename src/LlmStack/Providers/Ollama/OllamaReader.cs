using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class OllamaReader
{
    public static RoutedChatResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        var document = new OllamaDocument(call.Model);
        Parse(body, document, http, call);
        OllamaFinish.ThrowIfNoAnswer(document, http, call);
        call.Report.RawFinishReason = document.DoneReason;
        var contents = new List<AIContent>(2);
        if (!string.IsNullOrEmpty(document.Thinking))
        {
            contents.Add(new TextReasoningContent(SurrogateCarry.Repair(document.Thinking)));
        }

        if (!string.IsNullOrEmpty(document.Text))
        {
            contents.Add(new TextContent(SurrogateCarry.Repair(document.Text)));
        }

        foreach (ToolCallFragment one in document.Calls)
        {
            contents.Add(ToolArguments.ToContent(one.Id!, one.Name ?? "", one.Arguments ?? ""));
        }

        var message = new ChatMessage(ChatRole.Assistant, contents) { CreatedAt = document.Created };
        var response = new RoutedChatResponse(message)
        {
            ModelId = document.Model,
            CreatedAt = document.Created,
            Usage = document.Usage,
            FinishReason = OllamaFinish.Map(document.DoneReason, document.Calls.Count > 0),
            AdditionalProperties = OllamaFinish.Facts(document),
        };
        ClientCapture.Output(call.Capture, response);
        return response;
    }

    public static void Parse(PooledBuffer body, OllamaDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || !document.HasAnswer)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, document.AnswerField, http, call);
        }
    }
}
