using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Turns the body of a chat completion into a response.</summary>
internal static class ChatResponseReader
{
    public static RoutedChatResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        var document = new ChatDocument(call.Model);
        Parse(body, document, http, call);
        AttemptReport report = call.Report;
        report.RawFinishReason = document.FinishReason;
        report.ServiceTier = document.ServiceTier;
        if (FinishReasons.FailureOf(document.FinishReason) is { } failure)
        {
            throw FinishReasons.Failure(http.Name, failure, document.FinishReason!, report);
        }

        bool hasCalls = document.Fragments.Count > 0;
        var response = new RoutedChatResponse
        {
            ResponseId = document.Id,
            ModelId = document.Model,
            CreatedAt = document.Created,
            Usage = document.Usage,
            FinishReason = FinishReasons.Map(document.FinishReason, hasCalls),
        };
        int synthesized = 0;
        for (int i = 0; i < document.PieceCount; i++)
        {
            response.Messages.Add(ToMessage(ref document.PieceAt(i), document, ref synthesized));
        }

        if (call.Capture.IsEnabled && !document.Message.Equals(default))
        {
            call.Capture.SetOutput(body.WrittenSpan[document.Message]);
        }

        return response;
    }

    private static ChatMessage ToMessage(ref ChatPiece piece, ChatDocument document, ref int synthesized)
    {
        var contents = new List<AIContent>(1);
        if (!string.IsNullOrEmpty(piece.Reasoning))
        {
            contents.Add(new TextReasoningContent(piece.Reasoning));
        }

        if (!string.IsNullOrEmpty(piece.Text))
        {
            contents.Add(new TextContent(SurrogateCarry.Repair(piece.Text)));
        }

        if (!string.IsNullOrEmpty(piece.Refusal))
        {
            contents.Add(new ErrorContent(piece.Refusal) { ErrorCode = "Refusal" });
        }

        for (int i = 0; i < document.Fragments.Count; i++)
        {
            ToolCallFragment fragment = document.Fragments[i];
            if (fragment.Choice == piece.Choice)
            {
                contents.Add(ToolArguments.ToContent(fragment.Id ?? $"call_{synthesized++}", fragment.Name ?? "", fragment.Arguments ?? ""));
            }
        }

        return new ChatMessage(ChatRole.Assistant, contents) { MessageId = piece.Choice == 0 ? document.Id : $"{document.Id}-{piece.Choice}", CreatedAt = document.Created };
    }

    /// <summary>Reads a whole body, and says precisely what is wrong with one that is no completion.</summary>
    public static void Parse(PooledBuffer body, ChatDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || !document.HasChoices)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "choices", http, call);
        }
    }
}
