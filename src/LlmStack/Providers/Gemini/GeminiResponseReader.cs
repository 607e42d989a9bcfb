using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Turns the body of a whole answer into a response.</summary>
internal static class GeminiResponseReader
{
    /// <summary>Where log probabilities lie on a response, as they were sent.</summary>
    public const string LogProbabilitiesKey = "logprobs";

    public static RoutedChatResponse Read(PooledBuffer body, in StructuredPlan plan, bool keepRaw, ProviderHttp http, ProviderCall call)
    {
        var document = new GeminiDocument(call.Model);
        Parse(body, document, http, call);
        call.Report.RawFinishReason = document.FinishReason;
        call.Report.ServiceTier = document.ServiceTier;
        using var parts = new GeminiParts(call, document);
        var response = new RoutedChatResponse { ResponseId = document.Id, ModelId = document.Model, Usage = document.Usage() };
        int candidates = 1;
        for (int candidate = 0; candidate < candidates; candidate++)
        {
            List<AIContent>? contents = null;
            for (int i = 0; i < document.PartCount; i++)
            {
                ref GeminiPart part = ref document.PartAt(i);
                candidates = Math.Max(candidates, part.Candidate + 1);
                if (part.Candidate == candidate)
                {
                    parts.AddTo(ref contents, part);
                }
            }

            if (candidate == 0)
            {
                parts.Complete(ref contents);
                Annotate(ref contents, document.TakeCitations());
            }

            response.Messages.Add(new ChatMessage(ChatRole.Assistant, contents ?? []) { MessageId = candidate == 0 ? document.Id : $"{document.Id}-{candidate}" });
        }

        if (document.LogProbabilities is { ValueKind: not JsonValueKind.Undefined } probabilities)
        {
            response.AdditionalProperties = new() { [LogProbabilitiesKey] = probabilities };
        }

        response.FinishReason = GeminiFinishReasons.Map(document.FinishReason, parts.HasToolCalls);
        response.RawRepresentation = keepRaw ? RawRequest.Copy(body.WrittenSpan) : null;
        StructuredOutput.Finish(response, plan, http.Name);
        return response;
    }

    /// <summary>Reads a whole body, and says precisely what is wrong with one that is no answer.</summary>
    public static void Parse(PooledBuffer body, GeminiDocument document, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.Read(body, document, http, call);
        ThrowIfFailed(document, http, call);
        if (document.HasError || !document.HasCandidates)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "candidates", http, call);
        }
    }

    /// <summary>Throws for a blocked prompt, and for an answer that the model broke off because its call cannot be used.</summary>
    public static void ThrowIfFailed(GeminiDocument document, ProviderHttp http, ProviderCall call)
    {
        if (document.BlockReason is { } blocked && !document.HasCandidates)
        {
            throw Failure(LlmErrorKind.ContentPolicyViolation, "blocked the prompt", blocked, document.BlockMessage, document, http, call);
        }

        if (GeminiFinishReasons.IsFailure(document.FinishReason))
        {
            throw Failure(LlmErrorKind.InvalidResponse, "ended the generation", document.FinishReason!, document.FinishMessage, document, http, call);
        }
    }

    /// <summary>The failure that an answer tells by a word of the format.</summary>
    public static LlmException Failure(LlmErrorKind kind, string what, string word, string? message, GeminiDocument document, ProviderHttp http, ProviderCall call)
    {
        string more = message is null ? "" : ": " + ErrorFactory.Clean(message, null);
        return new LlmException(kind, $"Provider '{http.Name}' {what} ({word}){more}")
        {
            Provider = http.Name,
            StatusCode = call.Report.StatusCode,
            RequestId = call.Report.RequestId ?? document.Id,
            ErrorCode = word,
            Usage = document.Usage(),
        };
    }

    /// <summary>The sources belong to the text; without one they stand alone.</summary>
    private static void Annotate(ref List<AIContent>? contents, List<AIAnnotation>? citations)
    {
        if (citations is null)
        {
            return;
        }

        for (int i = (contents?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (contents![i] is TextContent text)
            {
                text.Annotations = citations;
                return;
            }
        }

        (contents ??= []).Add(new TextContent("") { Annotations = citations });
    }
}
