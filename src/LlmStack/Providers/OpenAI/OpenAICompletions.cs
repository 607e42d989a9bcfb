using System.Runtime.CompilerServices;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>The format's <c>/completions</c>.</summary>
internal sealed class OpenAICompletions(ProviderHttp http, OpenAIProfile profile, OperationAddress address) : ITextCompletionProvider
{
    public async ValueTask<TextCompletion> CompleteAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = CompletionRequestWriter.Write(call, prompt, options, profile, stream: false);
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        var document = new ChatDocument(call.Model);
        ChatResponseReader.Parse(answer, document, http, call);
        call.Report.RawFinishReason = document.FinishReason;
        call.Report.ServiceTier = document.ServiceTier;
        call.Report.ReportedCost = document.ReportedCost ?? call.Report.ReportedCost;
        if (FinishReasons.FailureOf(document.FinishReason) is { } failure)
        {
            throw ErrorFactory.Ended(http.Name, failure, document.FinishReason!, call.Report);
        }

        var completion = new TextCompletion
        {
            Text = SurrogateCarry.Repair(document.PieceCount > 0 ? document.PieceAt(0).Text ?? "" : ""),
            ResponseId = document.Id,
            ModelId = document.Model,
            CreatedAt = document.Created,
            FinishReason = FinishReasons.Map(document.FinishReason, hasToolCalls: false),
            Usage = document.Usage,
            AdditionalProperties = document.Extras,
        };
        if (document.PieceCount > 0 && document.PieceAt(0).LogProbabilities is var place && !place.Equals(default))
        {
            (completion.AdditionalProperties ??= [])[AnswerExtras.LogProbabilities] = AnswerExtras.ElementAt(answer.WrittenSpan, place);
        }

        if (call.Capture.IsEnabled)
        {
            CompletionText.Capture(call.Capture, completion.Text);
        }

        return completion;
    }

    public async IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(ProviderCall call, string prompt, TextCompletionOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A completion's chunk differs from a chat's only in where the text is, so one session reads both.
        var session = new ChatStreamSession(http, call, profile, (_, token) => OpenAsync(call, prompt, options, token), plainText: true);
        await foreach (ChatResponseUpdate update in EventStreaming.ReadAsync(http, call, session, cancellationToken).ConfigureAwait(false))
        {
            yield return CompletionText.ToUpdate(update);
        }
    }

    private async ValueTask<HttpResponseMessage> OpenAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = CompletionRequestWriter.Write(call, prompt, options, profile, stream: true);
        return await http.SendAsync(call, address.Of(call.Model), body, stream: true, cancellationToken).ConfigureAwait(false);
    }
}
