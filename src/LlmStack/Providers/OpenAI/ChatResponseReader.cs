using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Turns the body of a chat completion into a response.</summary>
internal static class ChatResponseReader
{
    public static RoutedChatResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call, OpenAIProfile profile, in ChatRequest request)
    {
        ChatDocument document = ChatDocument.Rent(call.Model);
        try
        {
            return Read(body, document, http, call, profile, request);
        }
        finally
        {
            document.Return();
        }
    }

    private static RoutedChatResponse Read(PooledBuffer body, ChatDocument document, ProviderHttp http, ProviderCall call, OpenAIProfile profile, in ChatRequest request)
    {
        Parse(body, document, http, call);
        AttemptReport report = call.Report;
        report.RawFinishReason = document.FinishReason;
        report.ServiceTier = document.ServiceTier;
        report.ReportedCost = document.ReportedCost ?? report.ReportedCost;
        if (FinishReasons.FailureOf(document.FinishReason) is { } failure)
        {
            throw ErrorFactory.Ended(http.Name, failure, document.FinishReason!, report);
        }

        bool hasCalls = document.Fragments.Count > 0 && document.Fragments[0].Choice == 0;
        var response = new RoutedChatResponse
        {
            ResponseId = document.Id,
            ModelId = document.Model,
            CreatedAt = document.Created,
            Usage = document.Usage,
            FinishReason = FinishReasons.Map(document.FinishReason, hasCalls),
            AdditionalProperties = document.Extras,
        };
        int synthesized = 0;
        try
        {
            for (int i = 0; i < document.PieceCount; i++)
            {
                response.Messages.Add(MessageBuilder.Build(ref document.PieceAt(i), document, body.WrittenSpan, profile, call.Model, ref synthesized));
            }
        }
        catch (FormatException e)
        {
            throw ErrorFactory.Invalid(http.Name, report, "sent audio that is no valid base64.", e);
        }

        StructuredOutput.Finish(response, request.Plan, http.Name);
        if (request.KeepsRaw)
        {
            response.RawRepresentation = RawRequest.Copy(body.WrittenSpan);
        }

        if (call.Capture.IsEnabled && !document.Message.Equals(default))
        {
            call.Capture.SetOutput(body.WrittenSpan[document.Message]);
        }

        return response;
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
